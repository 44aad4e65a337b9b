package security

import (
	"fmt"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

var _ = rule.Register(rule.Rule{
	Code: "RW801", Name: "request-value-in-shell", Since: "0.1", Family: "security",
	Doc: docs.Read("request_value_in_shell.md"), Check: requestValueInShell,
})

func requestValueInShell(p *rule.Pass) {
	flow := p.NewFlow(fromRequest(p))
	calls(p, func(f link.Func, file *link.File, op *facts.Op) {
		name := called(p, flow, file, op)
		command := ShellCommand(flow, file, op, name)
		if command == 0 {
			return
		}
		if o := flow.From(file, command); o != nil {
			reported(p, f, op, o, name, fmt.Sprintf("`%s` gives %s to a shell: whoever sends the request runs commands here", name, o.What),
				"pass a list of words without a shell, or quote the value with `shlex.quote`")
		}
	})
}

// ShellCommand is the argument of a call that a shell reads; 0 when none does.
func ShellCommand(flow *rule.Flow, file *link.File, op *facts.Op, name string) facts.Ref {
	switch name {
	case "os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput", "asyncio.create_subprocess_shell", "asyncio.subprocess.create_subprocess_shell":
		return argument(file, op, 0, "cmd")
	case "subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output", "subprocess.Popen":
		command := argument(file, op, 0, "args")
		if keyword(file, op, "shell").Is(facts.ConstTrue) || startsShell(flow, file, command) {
			return command
		}
	}
	return 0
}

// startsShell: a list of words whose program is a shell that is told to run the next word.
func startsShell(flow *rule.Flow, file *link.File, r facts.Ref) bool {
	var words []facts.Ref
	for range 10 {
		d := flow.Def(file, r)
		if d == nil {
			return false
		}
		words = append(words, flow.Stored(file, r)...)
		if d.Code == facts.Copy {
			r = facts.Ref(d.A)
			continue
		}
		if d.Code != facts.MakeList && d.Code != facts.MakeTuple {
			return false
		}
		elems, _ := file.Facts.Elems(d)
		for _, e := range elems {
			words = append(words, facts.Ref(e))
		}
		break
	}
	shell, option := false, false
	for _, w := range words {
		if w.Tag() != facts.TagStr {
			continue
		}
		text := file.Facts.Str(w.Index())
		shell = shell || slices.Contains([]string{"sh", "bash", "zsh", "dash", "cmd", "cmd.exe", "powershell"}, text[strings.LastIndexByte(text, '/')+1:])
		option = option || text == "-c" || text == "-lc" || text == "/c" || text == "-Command"
	}
	return shell && option
}
