//go:build race

package codebuf

const raceDetector = true
