"""Reading other systems' CSV files into what the hub takes in, with a report of what was understood."""
