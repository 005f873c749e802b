package data

import (
	"strings"
	"time"
	"unicode/utf8"
)

// PostKind tells a training installation from one whose paper counts. It is
// fixed when the post is made.
type PostKind string

// The two kinds.
const (
	PracticePost PostKind = "practice"
	RealPost     PostKind = "real"
)

// Post is the embassy or consulate that issues.
type Post struct {
	Schema  int      `json:"schema"` // version of the folder's layout
	Kind    PostKind `json:"kind"`
	Code    string   `json:"code"`    // two characters, the start of every number
	Country string   `json:"country"` // ISO 3166-1 alpha-2 of the issuing state
	State   string   `json:"state"`   // its ICAO 9303-3 code
	// Names of the post and of its state, by language ("en", "zh").
	Name      map[string]string `json:"name"`
	StateName map[string]string `json:"stateName"`
	City      map[string]string `json:"city"`
	Zone      string            `json:"zone"` // IANA zone of its wall clock
	// District is the name of the post's consular district, where it has one.
	District string            `json:"district,omitempty"`
	Hotline  string            `json:"hotline"`
	Address  map[string]string `json:"address"`
	Created  time.Time         `json:"created"`
	// Further are the further seals that a new application asks for at first.
	Further Further `json:"further,omitzero"`
}

// Practice reports whether p is a training installation. Anything that is not
// clearly a real post is one.
func (p Post) Practice() bool { return p.Kind != RealPost }

// OfficerID names an officer, in lower case: "officer-a".
type OfficerID string

// Role is what an officer may do.
type Role string

// The roles. One person may hold several; that preparer and approver differ is
// checked per case.
const (
	Clerk         Role = "clerk"
	Reviewer      Role = "reviewer"
	Administrator Role = "administrator"
	Auditor       Role = "auditor"
)

// Officer is a person who signs in.
type Officer struct {
	ID   OfficerID `json:"id"`
	Name string    `json:"name"`
	// Mark stands for the officer on paper and in the seal: 1 to 4 capital
	// letters or digits.
	Mark  string `json:"mark"`
	Roles []Role `json:"roles"`
}

// Field lengths of a post in characters: what has room on paper.
const maxPostText = 80

// ValidatePost says what is wrong with a new post. Texts are needed in English
// and in Chinese: the paper has both.
func ValidatePost(p Post) []Problem {
	var problems []Problem
	add := func(wrong bool, field, key, value, example string) {
		if wrong {
			problems = append(problems, Problem{Field: "post." + field, Key: key, Value: value, Example: example})
		}
	}
	add(!ValidPostCode(p.Code), "code", "problem.post.code", p.Code, "PA")
	add(!letters(p.Country, 2), "country", "problem.post.country", p.Country, "UT")
	add(!letters(p.State, 3), "state", "problem.post.state", p.State, "UTO")
	for _, t := range []struct {
		field   string
		texts   map[string]string
		example map[string]string
	}{
		{"name", p.Name, map[string]string{"en": "Consulate in Port Amaurote", "zh": "驻亚马罗特港领事馆"}},
		{"stateName", p.StateName, map[string]string{"en": "Republic of Utopia", "zh": "乌托邦共和国"}},
		{"city", p.City, map[string]string{"en": "Port Amaurote", "zh": "亚马罗特港"}},
		{"address", p.Address, map[string]string{"en": "1 Harbour Parade", "zh": "海港大道1号"}},
	} {
		for _, language := range []string{"en", "zh"} {
			text, field := t.texts[language], t.field+"."+language
			add(text == "", field, "problem.required", "", t.example[language])
			add(text != CleanText(text) || utf8.RuneCountInString(text) > maxPostText, field, "problem.post.text", text, t.example[language])
		}
	}
	_, err := LoadZone(p.Zone)
	add(p.Zone == "" || err != nil, "zone", "problem.post.zone", p.Zone, "Asia/Singapore")
	add(p.Hotline == "" || p.Hotline != CleanText(p.Hotline) || len(p.Hotline) > maxPostText, "hotline", "problem.required", p.Hotline, "+999 555 0100")
	return problems
}

// letters reports whether s is n capital letters.
func letters(s string, n int) bool {
	return len(s) == n && !strings.ContainsFunc(s, func(r rune) bool { return r < 'A' || r > 'Z' })
}
