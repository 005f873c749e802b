package house

import (
	"pratique/data/keys"
	"pratique/data/keys/pkcs11"
)

// places are where signing keys may lie besides files.
var places = keys.Places{pkcs11.Scheme: new(pkcs11.Tokens)}
