package data

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/diag"
	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW652", Name: "fit-before-split", Since: "0.1", Family: "data",
	// A score that is too good does its harm while the work is still an experiment. No error while its precision is unproven.
	Severity: rule.Always(diag.Warning),
	Doc:      docs.Read("fit_before_split.md"), Check: fitBeforeSplit,
})

// learns are the classes of scikit-learn and imbalanced-learn whose fit takes from the rows what the score must not know.
// Encoders of labels are left out: they learn names only.
var learns = []string{"StandardScaler", "MinMaxScaler", "MaxAbsScaler", "RobustScaler", "PowerTransformer", "QuantileTransformer", "KBinsDiscretizer", "TargetEncoder",
	"SimpleImputer", "KNNImputer", "IterativeImputer", "PCA", "TruncatedSVD", "IncrementalPCA", "KernelPCA", "NMF", "SelectKBest", "SelectPercentile", "SelectFromModel", "RFE", "RFECV",
	"TfidfVectorizer", "TfidfTransformer", "LinearDiscriminantAnalysis", "SMOTE", "ADASYN", "RandomOverSampler", "SMOTETomek", "SMOTEENN", "BorderlineSMOTE"}

func fitBeforeSplit(p *rule.Pass) {
	var flow *rule.Flow
	flow = p.NewFlow(func(v *rule.Value) string {
		return learned(flow, v.File, v.Op, 0)
	})
	p.EachCall(func(f link.Func, file *link.File, op *facts.Op) {
		if flow.Dotted(file, facts.Ref(op.A)) != "sklearn.model_selection.train_test_split" {
			return
		}
		for _, a := range file.Facts.Args(op).Pos {
			if o := flow.From(file, facts.Ref(a)); o != nil {
				p.ReportFlow(f, op, o, "train_test_split", fmt.Sprintf("the rows that test the model have already been seen by %s: they are split off only here", o.What),
					"split first, fit on the training rows, and only `transform` the others; a `Pipeline` does both")
				return
			}
		}
	})
}

// tables give the rows of their first argument in another form.
var tables = []string{"pandas.DataFrame", "pandas.Series", "pandas.core.frame.DataFrame", "pandas.core.series.Series", "numpy.array", "numpy.asarray"}

// learned names the fitting whose rows a call gives, "" if it gives none.
func learned(flow *rule.Flow, file *link.File, op *facts.Op, depth int) string {
	if op == nil || op.Code != facts.Call || depth > 4 {
		return ""
	}
	if slices.Contains(tables, flow.Dotted(file, facts.Ref(op.A))) {
		return learned(flow, file, uncopied(flow, file, rule.Pos(file, op, 0)), depth+1)
	}
	recv, method := flow.Method(file, op)
	if method != "fit_transform" && method != "fit_resample" && method != "fit_sample" {
		return ""
	}
	made := uncopied(flow, file, recv)
	if made == nil || made.Code != facts.Call {
		return ""
	}
	class := flow.Dotted(file, facts.Ref(made.A))
	name := class[strings.LastIndexByte(class, '.')+1:]
	if !rule.HasPrefix(class, "sklearn", "imblearn") || !slices.Contains(learns, name) {
		return ""
	}
	return "`" + name + "." + method + "`"
}

// uncopied is what gives a variable its value, behind other names for it.
func uncopied(flow *rule.Flow, file *link.File, r facts.Ref) *facts.Op {
	d := flow.Def(file, r)
	for d != nil && d.Code == facts.Copy {
		d = flow.Def(file, facts.Ref(d.A))
	}
	return d
}
