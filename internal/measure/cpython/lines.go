package cpython

// lineAt returns the line of the instruction at a code unit, from a location table (PEP 626, extended in 3.11; described in
// Objects/locations.md of CPython). An entry starts with a byte 1kkkknnn: kind k and, in nnn, the number of code units less one.
//
//	15      no location
//	14      long form: signed line delta, then end line, column, end column as varints
//	13      no column: signed line delta
//	10 … 12 one line: delta is kind − 10, then two bytes of columns
//	0 … 9   short form: same line, then one byte
//
// A varint is six bits a byte, low first, with 0x40 for "more"; a signed one has its sign in bit 0.
func lineAt(table []byte, first int, unit uint64) int {
	line := first
	var at uint64
	for i := 0; i < len(table); {
		b := table[i]
		i++
		kind := int(b >> 3 & 15)
		at += uint64(b&7) + 1
		known := true
		switch {
		case kind == 15:
			known = false
		case kind == 14:
			line += signedVarint(table, &i)
			for range 3 {
				varint(table, &i)
			}
		case kind == 13:
			line += signedVarint(table, &i)
		case kind >= 10:
			line += kind - 10
			i += 2
		default:
			i++
		}
		if unit < at {
			if !known || line < 0 || line > 1<<28 {
				return 0
			}
			return line
		}
	}
	return 0
}

func varint(table []byte, i *int) (v uint) {
	for shift := uint(0); *i < len(table) && shift < 32; shift += 6 {
		b := table[*i]
		*i++
		v |= uint(b&0x3f) << shift
		if b&0x40 == 0 {
			break
		}
	}
	return v
}

func signedVarint(table []byte, i *int) int {
	v := varint(table, i)
	if v&1 == 1 {
		return -int(v >> 1)
	}
	return int(v >> 1)
}
