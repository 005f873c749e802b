// Package rules evaluates notices: the published requirements of a post, as
// data.
//
// # The file
//
// A notice is a YAML file (JSON is YAML too); [Notice] has its fields, under
// their JSON names. It says which flights it is for, what it asks (checks),
// what an application gets that meets all of it (outcomes), and examples, each
// a case and what must come of it, which are the notice's tests:
//
//	id: example-2022-07
//	version: 1
//	post: {code: EX, name: {en: Embassy of Utopia, zh: 乌托邦大使馆}, zone: Asia/Tokyo}
//	title: {en: One test, zh: 一次检测}
//	applies: {flightFrom: 2022-07-01}
//	let:
//	  naats: tests.filter(t, t.kind == 'naat')
//	checks:
//	  - id: window
//	    clause: "1"
//	    each: naats
//	    expression: hours(it.sampled, departure.departs).between(0, 48)
//	    message: {en: Sampled within 48 hours., zh: 须在48小时内采样。}
//	outcomes:
//	  - {colour: green, validUntil: departure.departs, window: journey}
//	case:
//	  tests: [{kind: naat, sampled: 2022-07-08T13:00}]
//	  itinerary: [{flight: UT 1, from: AAA, to: AMU, departs: 2022-07-10T13:00}]
//	examples:
//	  - {name: exactly 48 hours, at: 2022-07-09T10:00, outcome: green, until: 2022-07-10T13:00}
//	  - name: a minute more
//	    at: 2022-07-09T10:00
//	    set: {"tests[0].sampled": 2022-07-08T12:59}
//	    expect: {window: fail}
//	    outcome: withheld
//
// Unknown fields, fields that occur twice, anchors, aliases and second
// documents are refused.
//
// # The language
//
// Expressions are CEL (https://cel.dev), typed and checked when the notice is
// read, over the variables, types and functions that [Doc] prints. They cannot
// loop or recurse, their cost is limited, and they read nothing but the facts:
// neither clock nor zone nor language of the machine.
//
// A value that was not entered is unknown. CEL carries an unknown through every
// operator as three-valued logic wants it: false && unknown is false, true &&
// unknown is unknown. So a finding is decided by what is known or says [NotEnough]
// and which fields are missing, and taking a value away from an application
// turns a finding into "not enough information" or leaves it as it was: never
// fail into pass, nor pass into fail. There is no way to ask whether a value is
// there, for that would break the rule. What is wholly left out, a test that
// nobody entered, no rule can see: a notice has to count what it needs.
package rules
