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

// looksAtLabels are those of them that learn from the labels too: what they have seen moves a score by more than a hair, so that
// cross-validation is no better than a split.
var looksAtLabels = []string{"TargetEncoder", "SelectKBest", "SelectPercentile", "SelectFromModel", "RFE", "RFECV", "LinearDiscriminantAnalysis", "SMOTE", "ADASYN", "RandomOverSampler", "SMOTETomek", "SMOTEENN", "BorderlineSMOTE"}

// fittedOn is the making of an object, which was fitted on the rows that it now transforms: `s.fit(X)` before `s.transform(X)`, or
// `S().fit(X).transform(X)`; nil when it was fitted on others.
func fittedOn(flow *rule.Flow, file *link.File, made *facts.Op, rows facts.Ref) *facts.Op {
	same := func(a facts.Ref) bool {
		return a == rows || flow.IsCopyOf(file, a, rows) || flow.IsCopyOf(file, rows, a)
	}
	if recv, method := flow.Method(file, made); method == "fit" {
		if !same(rule.Pos(file, made, 0)) {
			return nil
		}
		return flow.Made(file, recv)
	}
	for i := range file.Facts.Ops {
		op := &file.Facts.Ops[i]
		if op.Code != facts.Call {
			continue
		}
		if recv, method := flow.Method(file, op); method == "fit" && flow.Made(file, recv) == made && same(rule.Pos(file, op, 0)) {
			return made
		}
	}
	return nil
}

func fitBeforeSplit(p *rule.Pass) {
	var flow *rule.Flow
	flow = p.NewFlow(func(v *rule.Value) string {
		return learned(flow, v.File, v.Op, 0)
	})
	p.EachCall(func(f link.Func, file *link.File, op *facts.Op) {
		folds := rule.Argument(file, op, 1, "X")
		called := flow.Dotted(file, facts.Ref(op.A))
		if splitter, method := flow.Method(file, op); method == "split" {
			if made := flow.Made(file, splitter); made != nil && made.Code == facts.Call && strings.HasPrefix(flow.Called(file, made), "sklearn.model_selection.") {
				folds, called = rule.Argument(file, op, 0, "X"), "split" // KFold(5).split(X)
			}
		}
		switch called {
		case "sklearn.model_selection.train_test_split":
		case "split", "sklearn.model_selection.cross_val_score", "sklearn.model_selection.cross_validate", "sklearn.model_selection.cross_val_predict":
			if o := flow.From(file, folds); o != nil && slices.ContainsFunc(looksAtLabels, func(name string) bool { return strings.HasPrefix(o.What, "`"+name+".") }) {
				p.ReportFlow(f, op, o, "cross-validation", fmt.Sprintf("the rows that test the model in each fold have already been seen, with their labels, by %s", o.What),
					"give the cross-validation a `Pipeline` of the two, which fits on the training rows of each fold")
			}
			return
		default:
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
		return learned(flow, file, flow.Made(file, rule.Pos(file, op, 0)), depth+1)
	}
	recv, method := flow.Method(file, op)
	if method != "fit_transform" && method != "fit_resample" && method != "fit_sample" && method != "transform" {
		return ""
	}
	made := flow.Made(file, recv)
	if made == nil || made.Code != facts.Call {
		return ""
	}
	if method == "transform" {
		if made = fittedOn(flow, file, made, rule.Pos(file, op, 0)); made == nil {
			return ""
		}
	}
	class := flow.Dotted(file, facts.Ref(made.A))
	name := class[strings.LastIndexByte(class, '.')+1:]
	if !rule.HasPrefix(class, "sklearn", "imblearn") || !slices.Contains(learns, name) {
		return ""
	}
	return "`" + name + "." + method + "`"
}
