if x:
	y
	if z:
		w
        # eight
	v
