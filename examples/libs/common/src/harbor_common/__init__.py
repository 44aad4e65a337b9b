"""What the shop's services share. Importing it does nothing."""
