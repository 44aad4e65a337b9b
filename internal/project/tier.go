package project

// A Tier is how much it matters when a piece of work breaks. Greater is more.
type Tier uint8

const (
	NoTier Tier = iota // not declared, not yet inferred
	Experimental
	Internal
	BusinessCritical
	CustomerFacing
)

var tierNames = [...]string{"", "experimental", "internal", "business-critical", "customer-facing"}

func (t Tier) String() string { return tierNames[t] }

// Tiers lists all tiers, the least first.
func Tiers() []Tier { return []Tier{Experimental, Internal, BusinessCritical, CustomerFacing} }

// ParseTier reads a tier's name.
func ParseTier(s string) (Tier, bool) {
	for i, n := range tierNames {
		if n == s && i > 0 {
			return Tier(i), true
		}
	}
	return NoTier, false
}

// A Kind is what sort of work something is.
type Kind string

const (
	KindNotebook  Kind = "notebook"
	KindScript    Kind = "script"
	KindCLI       Kind = "cli"
	KindService   Kind = "service"
	KindJob       Kind = "job"
	KindPipeline  Kind = "pipeline"
	KindAIApp     Kind = "ai-app"
	KindDashboard Kind = "dashboard"
	KindLibrary   Kind = "library"
)

// Kinds lists all kinds of work.
func Kinds() []Kind {
	return []Kind{KindNotebook, KindScript, KindCLI, KindService, KindJob, KindPipeline, KindAIApp, KindDashboard, KindLibrary}
}
