module github.com/wxjit/wxjit/internal/cgotest

go 1.26.0

replace github.com/wxjit/wxjit => ../..

require (
	github.com/stretchr/testify v1.12.1
	github.com/wxjit/wxjit v0.0.0
	golang.org/x/sys v0.49.0
)

require (
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/arch v0.32.0 // indirect
)
