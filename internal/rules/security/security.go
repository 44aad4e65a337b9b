// Package security holds the rules about what lets others into a program: values from outside that become code, a command or
// a query, secrets that are written down or logged, data that is code when it is loaded, checks that are turned off, and what
// images and workflows give away.
package security

import (
	"embed"
	"slices"
	"strings"

	"github.com/roadworthy-dev/roadworthy/internal/facts"
	"github.com/roadworthy-dev/roadworthy/internal/link"
	"github.com/roadworthy-dev/roadworthy/internal/rule"
)

//go:embed *.md
var files embed.FS
var docs = rule.Docs{FS: files}

// What a request holds, by the names that Flask, Quart, Bottle, Django, REST framework, Starlette, aiohttp and Sanic give it.
var requestParts = []string{"args", "form", "values", "json", "data", "cookies", "COOKIES", "headers", "GET", "POST", "query_params", "query", "query_string",
	"path_params", "match_info", "get_json", "get_data", "body", "post", "forms", "params", "files", "FILES", "rel_url", "text", "stream"}

// fromRequest is the source of a flow: what comes with a request.
func fromRequest(p *rule.Pass) func(*rule.Value) string {
	handlers := map[link.Func]*link.Registration{}
	for i := range p.Registrations {
		if r := &p.Registrations[i]; r.Call != nil && r.Call.Phase == "request" && r.Entity != nil {
			handlers[r.Func] = r
		}
	}
	return func(v *rule.Value) string {
		if v.File.Test {
			return ""
		}
		if v.Param != nil {
			return handlerParam(p, handlers[v.Func], v)
		}
		name := v.Attr()
		if name == "" {
			return ""
		}
		if !slices.Contains(requestParts, name) {
			switch name {
			case "get_argument", "get_query_argument", "get_body_argument": // of a Tornado handler
				return "an argument of the request"
			}
			return ""
		}
		switch v.Of() {
		case "flask.request", "quart.request", "bottle.request":
			return "`request." + name + "`"
		}
		if _, par := v.OfParam(); par != nil && v.File.Facts.Str(par.Name) == "request" {
			return "`request." + name + "`"
		}
		if v.OfAttr("request") {
			return "`request." + name + "`"
		}
		return ""
	}
}

// handlerParam: a path or query parameter of a handler that is a text.
func handlerParam(p *rule.Pass, r *link.Registration, v *rule.Value) string {
	if r == nil {
		return ""
	}
	name := v.File.Facts.Str(v.Param.Name)
	switch name {
	case "self", "cls", "request", "req":
		return ""
	}
	switch top := rule.Top(r.Entity.Path); top {
	case "fastapi":
		if v.Param.Ann.Tag() != facts.TagBuiltin || v.File.Facts.Str(v.Param.Ann.Index()) != "str" {
			return ""
		}
	case "flask", "quart", "bottle":
		if v.Param.Ann != 0 && (v.Param.Ann.Tag() != facts.TagBuiltin || v.File.Facts.Str(v.Param.Ann.Index()) != "str") || !inRoute(v.File, name) {
			return ""
		}
	default:
		return ""
	}
	return "the request's `" + name + "`"
}

// inRoute: a route of the file names it, and without a converter that leaves nothing to inject.
func inRoute(file *link.File, name string) bool {
	named := false
	for _, s := range file.Facts.Strings {
		for _, kind := range []string{"int:", "float:", "uuid:"} {
			if strings.Contains(s, "<"+kind+name+">") {
				return false
			}
		}
		named = named || strings.Contains(s, "<"+name+">") || strings.Contains(s, "<path:"+name+">") || strings.Contains(s, "<string:"+name+">")
	}
	return named
}
