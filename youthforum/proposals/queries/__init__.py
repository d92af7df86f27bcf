"""Reading proposals, through the eyes of somebody."""
