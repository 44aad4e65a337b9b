package oracle

// Value is the canonical form of a Python value: what can be said of it without the interpreter that made it. The harness writes it, the
// proof compares it. Equal fingerprints mean equal canonical forms.
//
//	kind       type        text               items                       names
//	none bool int float complex str bytes date     repr (float: hex)                              str, bytes: cut at 64 kB with Hash over all
//	list tuple set dict                                     items; dict: key, value, …; set: sorted
//	array      dtype       shape "3,4"        small or object: items      Blob: little-endian bytes of all, or of Sample
//	series     dtype                          index, array                name
//	index      class                          array or levels             names
//	frame                                     index, then a series' array for each column     columns (as text), ColumnIndex in Items[1]
//	object     class                          attribute values            attribute names
//	estimator  class                          parameters and fitted       names, "p:x" parameters, "f:x" fitted
//	figure                                    axes as objects             names
//	callable module class                     qualified name              (not looked into)
//	ref                    number of an enclosing value (a cycle)
//	opaque     class                          (not looked into: nothing can be said but its type)
type Value struct {
	Kind  string   `json:"k"`
	Type  string   `json:"t,omitempty"`
	Text  string   `json:"v,omitempty"`
	Items []*Value `json:"i,omitempty"`
	Names []string `json:"n,omitempty"`
	// Hash of everything, where Text, Items or Blob hold only a sample of Size elements in all.
	Hash string `json:"h,omitempty"`
	Size int64  `json:"s,omitempty"`
	Data []byte `json:"d,omitempty"` // an array's bytes, when they are few
	Blob string `json:"b,omitempty"` // else the name of the file that has them; Trace.Blob reads either
}
