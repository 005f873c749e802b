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
	markForm = regexp.MustCompile(`^[A-Z0-9]{1,4}$`)
)

// maxName is the most characters of an officer's name.
const maxName = 64

// idPrefix and the mark in lower case make an officer's identifier. It stands
// where names must not: at the sign-in, while the records are locked.
const idPrefix = "officer-"

// IDOf is the identifier of the officer with a mark.
func IDOf(mark string) data.OfficerID { return data.OfficerID(idPrefix + strings.ToLower(mark)) }

// MarkOf is the mark of the officer with an identifier.
func MarkOf(id data.OfficerID) string {
	return strings.ToUpper(strings.TrimPrefix(string(id), idPrefix))
}

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
	add(o.ID != IDOf(o.Mark), "officer.id", "problem.officer.id", string(o.ID))
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
