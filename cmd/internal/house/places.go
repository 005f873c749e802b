package house

import "pratique/data/keys"

// places are where signing keys may lie besides files.
var places = keys.Places{}
