"""Pages that are pictures, read by recognising what is written on them."""
