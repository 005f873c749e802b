package data

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// ParseLaboratories reads a list of laboratories as JSON: an array of
// [Laboratory] and nothing else. A name that is not one of its fields may be
// misspelt, and is refused. What the entries say is for [ValidateLaboratories].
func ParseLaboratories(b []byte) ([]Laboratory, error) {
	return parseList[Laboratory]("laboratories", b)
}

func parseList[T any](what string, b []byte) (all []T, err error) {
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff")))) // editors on Windows write one
	d.DisallowUnknownFields()
	if err = d.Decode(&all); err == nil {
		if _, after := d.Token(); after != io.EOF {
			err = errors.New("something follows")
		}
	}
	if err != nil {
		return nil, fmt.Errorf("list of %s: %w", what, err)
	}
	return all, nil
}

// maxSealName is the most characters of a laboratory's name in a seal.
const maxSealName = 20

// plainID reports whether an identifier is small letters, digits and hyphens.
func plainID(id string) bool {
	return id != "" && len(id) <= 40 && !strings.ContainsFunc(id, func(r rune) bool { return r != '-' && (r < 'a' || r > 'z') && (r < '0' || r > '9') })
}

// ValidateLaboratories says what is wrong with entries of the post's list.
func ValidateLaboratories(all []Laboratory, codes Codes) []Problem {
	var problems []Problem
	for i, l := range all {
		add := func(wrong bool, field, key, value, example string) {
			if wrong {
				problems = append(problems, Problem{Field: fmt.Sprintf("laboratories[%d].%s", i, field), Key: key, Value: value, Example: example})
			}
		}
		id := string(l.ID)
		add(!plainID(id), "id", "problem.laboratory.id", id, "amaurote-central")
		add(slices.ContainsFunc(all[:i], func(o Laboratory) bool { return o.ID == l.ID }), "id", "problem.laboratory.twice", id, "")
		add(l.Name == "" || l.Name != CleanText(l.Name), "name", "problem.required", l.Name, "Amaurote Central Laboratory")
		add(l.SealName == "" || len(l.SealName) > maxSealName || strings.ContainsFunc(l.SealName, func(r rune) bool { return r < ' ' || r > '~' }),
			"sealName", "problem.laboratory.seal", l.SealName, "Amaurote Central Lab")
		add(len(l.Kinds) == 0, "kinds", "problem.required", "", string(NucleicAcid))
		for _, k := range l.Kinds {
			add(!slices.Contains(TestKinds, k), "kinds", "problem.code.unknown", string(k), string(NucleicAcid))
		}
		for _, s := range l.Specimens {
			add(!codes.Known(ListSpecimens, s), "specimens", "problem.code.unknown", s, "nasopharyngeal")
		}
		if l.Zone != "" {
			_, err := LoadZone(l.Zone)
			add(err != nil, "zone", "problem.post.zone", l.Zone, "Asia/Singapore")
		}
		add(!l.From.Full(), "from", "problem.date.form", string(l.From), "2022-03-01")
		add(l.Until != "" && (!l.Until.Full() || l.Until < l.From), "until", "problem.date.form", string(l.Until), "2022-12-31")
	}
	return problems
}
