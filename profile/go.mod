module github.com/wxjit/wxjit/profile

go 1.26.0

replace github.com/wxjit/wxjit => ../

require (
	github.com/google/pprof v0.0.0-20261105003125-4bf881d7fb0b
	github.com/wxjit/wxjit v0.0.0
)

require golang.org/x/sys v0.49.0 // indirect
