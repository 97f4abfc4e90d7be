//go:build !race

package codebuf

const raceDetector = false
