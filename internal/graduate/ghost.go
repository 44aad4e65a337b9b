package graduate

import "strings"

// ghostImports are names that people use after the cell which imported them is gone, and the import that they mean. Only names
// that hardly mean anything else are here.
var ghostImports = func() map[string]string {
	out := map[string]string{}
	for from, names := range map[string]string{
		"itertools":       "combinations permutations combinations_with_replacement zip_longest groupby accumulate starmap takewhile dropwhile islice",
		"collections":     "Counter OrderedDict defaultdict namedtuple deque",
		"functools":       "lru_cache partial reduce cached_property total_ordering",
		"datetime":        "timedelta",
		"pathlib":         "Path",
		"decimal":         "Decimal",
		"fractions":       "Fraction",
		"dataclasses":     "dataclass",
		"copy":            "deepcopy",
		"operator":        "itemgetter attrgetter",
		"glob":            "glob",
		"pprint":          "pprint",
		"statistics":      "mean median stdev",
		"typing":          "NamedTuple Iterable Optional Sequence",
		"sklearn.metrics": "accuracy_score confusion_matrix classification_report mean_squared_error r2_score",
	} {
		for _, name := range strings.Fields(names) {
			out[name] = "from " + from + " import " + name
		}
	}
	for _, name := range strings.Fields("os sys re json csv math random time itertools collections functools string statistics sqlite3 pickle warnings logging glob shutil") {
		out[name] = "import " + name
	}
	for name, module := range map[string]string{"np": "numpy", "pd": "pandas", "plt": "matplotlib.pyplot", "sns": "seaborn", "sm": "statsmodels.api", "pl": "polars"} {
		out[name] = "import " + module + " as " + name
	}
	return out
}()

// ghost asks what a name is: for names that are nearly always the same import, whether it is that.
func (r *Refusal) ghost(name string) {
	if line := ghostImports[name]; line != "" {
		r.Question, r.Key = "What is "+name+"? Is it `"+line+"`?", "name:"+name+"="+line
		return
	}
	r.Question, r.Key = "What is "+name+"? Give the statement that defines it.", "name:"+name+"=PYTHON"
}
