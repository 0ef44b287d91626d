"""Asking what a verb needs to know: one small dialog over the queue, made from the verb's description."""
