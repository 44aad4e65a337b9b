package security

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
	Code: "RW809", Name: "outside-value-in-command", Since: "0.2", Family: "security", Severity: rule.Always(diag.Note),
	Doc: docs.Read("outside_value_in_command.md"), Check: outsideValueInCommand,
})

// outsideValueInCommand is about values that no request brings and that still others decide on: those of requests have rules of
// their own.
func outsideValueInCommand(p *rule.Pass) {
	brought := broughtBy(p)
	if len(brought) == 0 {
		return
	}
	flow := p.NewFlow(func(v *rule.Value) string {
		if v.Op == nil || v.File.Test {
			return ""
		}
		return brought[v.Op]
	})
	p.EachCall(func(f link.Func, file *link.File, op *facts.Op) {
		sink, does, help := flow.Called(file, op), "gives %s to a shell: whoever decides on it runs commands here", "pass a list of words without a shell, or quote the value with `shlex.quote`"
		value := flow.ShellCommand(file, op, sink)
		if value == 0 {
			value, sink = flow.SQLQuery(file, op)
			does, help = "runs a query with %s in its text: whoever decides on it writes part of the query", "leave a placeholder in the text and pass the value as a parameter; quote names with the driver's own function (`psycopg.sql.Identifier`)"
		}
		if value == 0 {
			return
		}
		if o := flow.From(file, value); o != nil && (sink != "" && (does[0] == 'g' || sqlWords.MatchString(strings.Join(o.Texts, " ")))) {
			p.ReportFlow(f, op, o, sink, fmt.Sprintf("`%s` "+does, sink, o.What), help)
		}
	})
}

// broughtBy says of operations what their value is, when it is from outside.
func broughtBy(p *rule.Pass) map[*facts.Op]string {
	out := map[*facts.Op]string{}
	for i := range p.Calls {
		c := &p.Calls[i]
		if c.Op.Code != facts.Call && c.Op.Code != facts.Attr {
			continue
		}
		last := c.Path[strings.LastIndexByte(c.Path, '.')+1:]
		switch {
		case rule.HasPrefix(c.Path, "requests", "httpx", "aiohttp", "urllib3", "urllib.request"):
			if slices.Contains([]string{"json", "text", "content", "read", "iter_lines", "data"}, last) {
				out[c.Op] = "the reply of another service (`" + c.DisplayPath() + "`)"
			}
		case rule.HasPrefix(c.Path, "kafka", "confluent_kafka", "aiokafka", "pika", "aio_pika", "nats", "google.cloud.pubsub_v1", "paho"):
			if slices.Contains([]string{"poll", "consume", "getone", "getmany", "basic_get", "__iter__", "__next__", "value", "pull"}, last) {
				out[c.Op] = "a message (`" + c.DisplayPath() + "`)"
			}
		case last == "receive_message" && rule.HasPrefix(c.Path, "boto3", "botocore", "aiobotocore", "aioboto3"):
			out[c.Op] = "a message (`" + c.DisplayPath() + "`)"
		case slices.Contains(configurations, c.Path):
			out[c.Op] = "the content of a file (`" + c.DisplayPath() + "`)"
		}
	}
	return out
}

// configurations are what reads the formats in which configuration is written.
var configurations = []string{"yaml.safe_load", "yaml.load", "yaml.full_load", "toml.load", "tomllib.load", "tomli.load", "json.load", "configparser.RawConfigParser.get", "configparser.ConfigParser.get"}
