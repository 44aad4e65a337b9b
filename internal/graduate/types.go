package graduate

import "strings"

// annotation is a type as it stands in a signature, "" when it is better left out. Types of libraries are written by the
// names that everybody imports them by.
func (p *Plan) annotation(t string) string {
	switch t {
	case "int", "float", "str", "bool", "bytes", "complex":
		return t
	case "list", "builtins.list":
		return "list[Any]"
	case "dict", "builtins.dict":
		return "dict[Any, Any]"
	case "set", "builtins.set":
		return "set[Any]"
	case "tuple", "builtins.tuple":
		return "tuple[Any, ...]"
	case "NoneType", "builtins.NoneType":
		return "None"
	case "figures":
		return "tuple[Figure, ...]"
	case "dict[str, object]":
		return t
	}
	if short, ok := wellKnown[t]; ok {
		return short[0]
	}
	if b, ok := strings.CutPrefix(t, "builtins."); ok {
		switch b {
		case "int", "float", "str", "bool", "bytes", "complex", "range", "slice":
			return b
		}
	}
	return ""
}

// wellKnown types: as written, and the import they need.
var wellKnown = map[string][2]string{
	"pandas.DataFrame": {"pd.DataFrame", "import pandas as pd"}, "pandas.core.frame.DataFrame": {"pd.DataFrame", "import pandas as pd"},
	"pandas.Series": {"pd.Series", "import pandas as pd"}, "pandas.core.series.Series": {"pd.Series", "import pandas as pd"},
	"pandas.Timestamp": {"pd.Timestamp", "import pandas as pd"}, "pandas._libs.tslibs.timestamps.Timestamp": {"pd.Timestamp", "import pandas as pd"},
	"pandas.Index": {"pd.Index", "import pandas as pd"}, "pandas.core.indexes.base.Index": {"pd.Index", "import pandas as pd"},
	"numpy.ndarray": {"np.ndarray", "import numpy as np"}, "numpy.float64": {"float", ""},
	"matplotlib.figure.Figure": {"Figure", "from matplotlib.figure import Figure"},
	"matplotlib.axes.Axes":     {"Axes", "from matplotlib.axes import Axes"}, "matplotlib.axes._axes.Axes": {"Axes", "from matplotlib.axes import Axes"},
	"datetime.datetime": {"datetime", "from datetime import datetime"}, "datetime.date": {"date", "from datetime import date"},
	"pathlib.Path": {"Path", "from pathlib import Path"}, "pathlib.PosixPath": {"Path", "from pathlib import Path"},
	"collections.Counter": {"Counter[Any]", "from collections import Counter"},
}

// importsOf are the imports that an annotation needs.
func importsOf(t string) []string {
	var out []string
	if k, ok := wellKnown[t]; ok && k[1] != "" {
		out = append(out, k[1])
	}
	switch t {
	case "list", "dict", "set", "tuple", "builtins.list", "builtins.dict", "builtins.set", "builtins.tuple", "collections.Counter":
		out = append(out, "from typing import Any")
	case "figures":
		out = append(out, "from matplotlib.figure import Figure")
	}
	return out
}
