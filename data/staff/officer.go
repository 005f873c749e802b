package staff

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"pratique/data"
)

var (
	idForm   = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	markForm = regexp.MustCompile(`^[A-Z0-9]{1,4}$`)
)

// Lengths of what names an officer, in characters.
const (
	maxID   = 32
	maxName = 64
)

// Roles are all roles there are.
var Roles = []data.Role{data.Clerk, data.Reviewer, data.Administrator, data.Auditor}

// Check returns what is wrong with a new officer beside the accounts that are
// there: disabled ones keep their identifiers and marks, for they stand on
// certificates.
func Check(o data.Officer, others []Account) []data.Problem {
	var problems []data.Problem
	add := func(wrong bool, field, key, value string) {
		if wrong {
			problems = append(problems, data.Problem{Field: field, Key: key, Value: value})
		}
	}
	taken := func(same func(data.Officer) bool) bool {
		return slices.ContainsFunc(others, func(a Account) bool { return same(a.Officer) })
	}
	add(!idForm.MatchString(string(o.ID)) || len(o.ID) > maxID, "officer.id", "problem.officer.id", string(o.ID))
	add(taken(func(p data.Officer) bool { return p.ID == o.ID }), "officer.id", "problem.officer.taken", string(o.ID))
	add(!printable(o.Name), "officer.name", "problem.officer.name", o.Name)
	add(taken(func(p data.Officer) bool { return strings.EqualFold(p.Name, o.Name) }), "officer.name", "problem.officer.taken", o.Name)
	add(!markForm.MatchString(o.Mark), "officer.mark", "problem.officer.mark", o.Mark)
	add(taken(func(p data.Officer) bool { return p.Mark == o.Mark }), "officer.mark", "problem.officer.taken", o.Mark)
	add(len(o.Roles) == 0, "officer.roles", "problem.required", "")
	for i, r := range o.Roles {
		add(!slices.Contains(Roles, r) || slices.Contains(o.Roles[:i], r), "officer.roles", "problem.officer.role", string(r))
	}
	return problems
}

func printable(name string) bool {
	return utf8.ValidString(name) && strings.TrimSpace(name) == name && name != "" && utf8.RuneCountInString(name) <= maxName &&
		!strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) })
}
