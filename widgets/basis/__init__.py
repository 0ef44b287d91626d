"""What every widget is made of: words as data, inks, and the widgets that paint them line by line."""
