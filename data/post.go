package data

import "time"

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
	Signer   string            `json:"signer"` // URI, see data/keys
	Created  time.Time         `json:"created"`
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
