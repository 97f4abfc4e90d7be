module github.com/wxjit/wxjit/internal/bench

go 1.26.0

replace github.com/wxjit/wxjit => ../..

require (
	github.com/ebitengine/purego v0.11.3
	github.com/expr-lang/expr v1.17.8
	github.com/stretchr/testify v1.12.1
	github.com/tetratelabs/wazero v1.12.0
	github.com/twitchyliquid64/golang-asm v0.15.1
	github.com/wxjit/wxjit v0.0.0
	golang.org/x/arch v0.32.0
	golang.org/x/sys v0.49.0
)

require go.yaml.in/yaml/v3 v3.0.5 // indirect
