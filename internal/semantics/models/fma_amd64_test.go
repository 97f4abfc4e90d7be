package models

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/wxjit/wxjit/asm/amd64"
)

// fma is one of the fused multiplications. The digits say which operands are multiplied and which is added: 213 is the
// second times the first plus the third.
type fma struct {
	name       string
	size       int
	order      int
	negP, negA bool // of the product and of what is added
	alternate  bool // the sign of what is added is turned in even elements
	scalar     bool
	rr         func(a *assembler, dst, x, y uint8)
	rm         func(a *assembler, dst, x uint8, y amd64.Mem)
	krr        maskedRR
	krm, krb   maskedRM
	er         func(a *assembler, dst uint8, k amd64.Mask, x, y uint8, rc amd64.Rounding)
}

func krrER[R ~uint8](f func(*assembler, R, amd64.Mask, R, R, amd64.Rounding)) func(*assembler, uint8, amd64.Mask, uint8, uint8, amd64.Rounding) {
	return func(a *assembler, dst uint8, k amd64.Mask, x, y uint8, rc amd64.Rounding) {
		f(a, R(dst), k, R(x), R(y), rc)
	}
}

var fmas = []fma{
	{
		"VFMADD132PS", 4, 132, false, false, false, false, rrr((*as).VFMADD132PSyyy), rrm((*as).VFMADD132PSyym256), krr((*as).VFMADD132PSzkzz),
		krm((*as).VFMADD132PSzkzm512), krm((*as).VFMADD132PSzkzb32), krrER((*as).VFMADD132PSzkzzER),
	},
	{
		"VFMADD132PD", 8, 132, false, false, false, false, rrr((*as).VFMADD132PDyyy), rrm((*as).VFMADD132PDyym256), krr((*as).VFMADD132PDzkzz),
		krm((*as).VFMADD132PDzkzm512), krm((*as).VFMADD132PDzkzb64), krrER((*as).VFMADD132PDzkzzER),
	},
	{
		"VFMADD132SS", 4, 132, false, false, false, true, rrr((*as).VFMADD132SSxxx), rrm((*as).VFMADD132SSxxm32), krr((*as).VFMADD132SSxkxx),
		krm((*as).VFMADD132SSxkxm32), nil, krrER((*as).VFMADD132SSxkxxER),
	},
	{
		"VFMADD132SD", 8, 132, false, false, false, true, rrr((*as).VFMADD132SDxxx), rrm((*as).VFMADD132SDxxm64), krr((*as).VFMADD132SDxkxx),
		krm((*as).VFMADD132SDxkxm64), nil, krrER((*as).VFMADD132SDxkxxER),
	},
	{
		"VFMADD213PS", 4, 213, false, false, false, false, rrr((*as).VFMADD213PSyyy), rrm((*as).VFMADD213PSyym256), krr((*as).VFMADD213PSzkzz),
		krm((*as).VFMADD213PSzkzm512), krm((*as).VFMADD213PSzkzb32), krrER((*as).VFMADD213PSzkzzER),
	},
	{
		"VFMADD213PD", 8, 213, false, false, false, false, rrr((*as).VFMADD213PDyyy), rrm((*as).VFMADD213PDyym256), krr((*as).VFMADD213PDzkzz),
		krm((*as).VFMADD213PDzkzm512), krm((*as).VFMADD213PDzkzb64), krrER((*as).VFMADD213PDzkzzER),
	},
	{
		"VFMADD213SS", 4, 213, false, false, false, true, rrr((*as).VFMADD213SSxxx), rrm((*as).VFMADD213SSxxm32), krr((*as).VFMADD213SSxkxx),
		krm((*as).VFMADD213SSxkxm32), nil, krrER((*as).VFMADD213SSxkxxER),
	},
	{
		"VFMADD213SD", 8, 213, false, false, false, true, rrr((*as).VFMADD213SDxxx), rrm((*as).VFMADD213SDxxm64), krr((*as).VFMADD213SDxkxx),
		krm((*as).VFMADD213SDxkxm64), nil, krrER((*as).VFMADD213SDxkxxER),
	},
	{
		"VFMADD231PS", 4, 231, false, false, false, false, rrr((*as).VFMADD231PSyyy), rrm((*as).VFMADD231PSyym256), krr((*as).VFMADD231PSzkzz),
		krm((*as).VFMADD231PSzkzm512), krm((*as).VFMADD231PSzkzb32), krrER((*as).VFMADD231PSzkzzER),
	},
	{
		"VFMADD231PD", 8, 231, false, false, false, false, rrr((*as).VFMADD231PDyyy), rrm((*as).VFMADD231PDyym256), krr((*as).VFMADD231PDzkzz),
		krm((*as).VFMADD231PDzkzm512), krm((*as).VFMADD231PDzkzb64), krrER((*as).VFMADD231PDzkzzER),
	},
	{
		"VFMADD231SS", 4, 231, false, false, false, true, rrr((*as).VFMADD231SSxxx), rrm((*as).VFMADD231SSxxm32), krr((*as).VFMADD231SSxkxx),
		krm((*as).VFMADD231SSxkxm32), nil, krrER((*as).VFMADD231SSxkxxER),
	},
	{
		"VFMADD231SD", 8, 231, false, false, false, true, rrr((*as).VFMADD231SDxxx), rrm((*as).VFMADD231SDxxm64), krr((*as).VFMADD231SDxkxx),
		krm((*as).VFMADD231SDxkxm64), nil, krrER((*as).VFMADD231SDxkxxER),
	},
	{
		"VFMSUB132PS", 4, 132, false, true, false, false, rrr((*as).VFMSUB132PSyyy), rrm((*as).VFMSUB132PSyym256), krr((*as).VFMSUB132PSzkzz),
		krm((*as).VFMSUB132PSzkzm512), krm((*as).VFMSUB132PSzkzb32), krrER((*as).VFMSUB132PSzkzzER),
	},
	{
		"VFMSUB132PD", 8, 132, false, true, false, false, rrr((*as).VFMSUB132PDyyy), rrm((*as).VFMSUB132PDyym256), krr((*as).VFMSUB132PDzkzz),
		krm((*as).VFMSUB132PDzkzm512), krm((*as).VFMSUB132PDzkzb64), krrER((*as).VFMSUB132PDzkzzER),
	},
	{
		"VFMSUB132SS", 4, 132, false, true, false, true, rrr((*as).VFMSUB132SSxxx), rrm((*as).VFMSUB132SSxxm32), krr((*as).VFMSUB132SSxkxx),
		krm((*as).VFMSUB132SSxkxm32), nil, krrER((*as).VFMSUB132SSxkxxER),
	},
	{
		"VFMSUB132SD", 8, 132, false, true, false, true, rrr((*as).VFMSUB132SDxxx), rrm((*as).VFMSUB132SDxxm64), krr((*as).VFMSUB132SDxkxx),
		krm((*as).VFMSUB132SDxkxm64), nil, krrER((*as).VFMSUB132SDxkxxER),
	},
	{
		"VFMSUB213PS", 4, 213, false, true, false, false, rrr((*as).VFMSUB213PSyyy), rrm((*as).VFMSUB213PSyym256), krr((*as).VFMSUB213PSzkzz),
		krm((*as).VFMSUB213PSzkzm512), krm((*as).VFMSUB213PSzkzb32), krrER((*as).VFMSUB213PSzkzzER),
	},
	{
		"VFMSUB213PD", 8, 213, false, true, false, false, rrr((*as).VFMSUB213PDyyy), rrm((*as).VFMSUB213PDyym256), krr((*as).VFMSUB213PDzkzz),
		krm((*as).VFMSUB213PDzkzm512), krm((*as).VFMSUB213PDzkzb64), krrER((*as).VFMSUB213PDzkzzER),
	},
	{
		"VFMSUB213SS", 4, 213, false, true, false, true, rrr((*as).VFMSUB213SSxxx), rrm((*as).VFMSUB213SSxxm32), krr((*as).VFMSUB213SSxkxx),
		krm((*as).VFMSUB213SSxkxm32), nil, krrER((*as).VFMSUB213SSxkxxER),
	},
	{
		"VFMSUB213SD", 8, 213, false, true, false, true, rrr((*as).VFMSUB213SDxxx), rrm((*as).VFMSUB213SDxxm64), krr((*as).VFMSUB213SDxkxx),
		krm((*as).VFMSUB213SDxkxm64), nil, krrER((*as).VFMSUB213SDxkxxER),
	},
	{
		"VFMSUB231PS", 4, 231, false, true, false, false, rrr((*as).VFMSUB231PSyyy), rrm((*as).VFMSUB231PSyym256), krr((*as).VFMSUB231PSzkzz),
		krm((*as).VFMSUB231PSzkzm512), krm((*as).VFMSUB231PSzkzb32), krrER((*as).VFMSUB231PSzkzzER),
	},
	{
		"VFMSUB231PD", 8, 231, false, true, false, false, rrr((*as).VFMSUB231PDyyy), rrm((*as).VFMSUB231PDyym256), krr((*as).VFMSUB231PDzkzz),
		krm((*as).VFMSUB231PDzkzm512), krm((*as).VFMSUB231PDzkzb64), krrER((*as).VFMSUB231PDzkzzER),
	},
	{
		"VFMSUB231SS", 4, 231, false, true, false, true, rrr((*as).VFMSUB231SSxxx), rrm((*as).VFMSUB231SSxxm32), krr((*as).VFMSUB231SSxkxx),
		krm((*as).VFMSUB231SSxkxm32), nil, krrER((*as).VFMSUB231SSxkxxER),
	},
	{
		"VFMSUB231SD", 8, 231, false, true, false, true, rrr((*as).VFMSUB231SDxxx), rrm((*as).VFMSUB231SDxxm64), krr((*as).VFMSUB231SDxkxx),
		krm((*as).VFMSUB231SDxkxm64), nil, krrER((*as).VFMSUB231SDxkxxER),
	},
	{
		"VFNMADD132PS", 4, 132, true, false, false, false, rrr((*as).VFNMADD132PSyyy), rrm((*as).VFNMADD132PSyym256), krr((*as).VFNMADD132PSzkzz),
		krm((*as).VFNMADD132PSzkzm512), krm((*as).VFNMADD132PSzkzb32), krrER((*as).VFNMADD132PSzkzzER),
	},
	{
		"VFNMADD132PD", 8, 132, true, false, false, false, rrr((*as).VFNMADD132PDyyy), rrm((*as).VFNMADD132PDyym256), krr((*as).VFNMADD132PDzkzz),
		krm((*as).VFNMADD132PDzkzm512), krm((*as).VFNMADD132PDzkzb64), krrER((*as).VFNMADD132PDzkzzER),
	},
	{
		"VFNMADD132SS", 4, 132, true, false, false, true, rrr((*as).VFNMADD132SSxxx), rrm((*as).VFNMADD132SSxxm32), krr((*as).VFNMADD132SSxkxx),
		krm((*as).VFNMADD132SSxkxm32), nil, krrER((*as).VFNMADD132SSxkxxER),
	},
	{
		"VFNMADD132SD", 8, 132, true, false, false, true, rrr((*as).VFNMADD132SDxxx), rrm((*as).VFNMADD132SDxxm64), krr((*as).VFNMADD132SDxkxx),
		krm((*as).VFNMADD132SDxkxm64), nil, krrER((*as).VFNMADD132SDxkxxER),
	},
	{
		"VFNMADD213PS", 4, 213, true, false, false, false, rrr((*as).VFNMADD213PSyyy), rrm((*as).VFNMADD213PSyym256), krr((*as).VFNMADD213PSzkzz),
		krm((*as).VFNMADD213PSzkzm512), krm((*as).VFNMADD213PSzkzb32), krrER((*as).VFNMADD213PSzkzzER),
	},
	{
		"VFNMADD213PD", 8, 213, true, false, false, false, rrr((*as).VFNMADD213PDyyy), rrm((*as).VFNMADD213PDyym256), krr((*as).VFNMADD213PDzkzz),
		krm((*as).VFNMADD213PDzkzm512), krm((*as).VFNMADD213PDzkzb64), krrER((*as).VFNMADD213PDzkzzER),
	},
	{
		"VFNMADD213SS", 4, 213, true, false, false, true, rrr((*as).VFNMADD213SSxxx), rrm((*as).VFNMADD213SSxxm32), krr((*as).VFNMADD213SSxkxx),
		krm((*as).VFNMADD213SSxkxm32), nil, krrER((*as).VFNMADD213SSxkxxER),
	},
	{
		"VFNMADD213SD", 8, 213, true, false, false, true, rrr((*as).VFNMADD213SDxxx), rrm((*as).VFNMADD213SDxxm64), krr((*as).VFNMADD213SDxkxx),
		krm((*as).VFNMADD213SDxkxm64), nil, krrER((*as).VFNMADD213SDxkxxER),
	},
	{
		"VFNMADD231PS", 4, 231, true, false, false, false, rrr((*as).VFNMADD231PSyyy), rrm((*as).VFNMADD231PSyym256), krr((*as).VFNMADD231PSzkzz),
		krm((*as).VFNMADD231PSzkzm512), krm((*as).VFNMADD231PSzkzb32), krrER((*as).VFNMADD231PSzkzzER),
	},
	{
		"VFNMADD231PD", 8, 231, true, false, false, false, rrr((*as).VFNMADD231PDyyy), rrm((*as).VFNMADD231PDyym256), krr((*as).VFNMADD231PDzkzz),
		krm((*as).VFNMADD231PDzkzm512), krm((*as).VFNMADD231PDzkzb64), krrER((*as).VFNMADD231PDzkzzER),
	},
	{
		"VFNMADD231SS", 4, 231, true, false, false, true, rrr((*as).VFNMADD231SSxxx), rrm((*as).VFNMADD231SSxxm32), krr((*as).VFNMADD231SSxkxx),
		krm((*as).VFNMADD231SSxkxm32), nil, krrER((*as).VFNMADD231SSxkxxER),
	},
	{
		"VFNMADD231SD", 8, 231, true, false, false, true, rrr((*as).VFNMADD231SDxxx), rrm((*as).VFNMADD231SDxxm64), krr((*as).VFNMADD231SDxkxx),
		krm((*as).VFNMADD231SDxkxm64), nil, krrER((*as).VFNMADD231SDxkxxER),
	},
	{
		"VFNMSUB132PS", 4, 132, true, true, false, false, rrr((*as).VFNMSUB132PSyyy), rrm((*as).VFNMSUB132PSyym256), krr((*as).VFNMSUB132PSzkzz),
		krm((*as).VFNMSUB132PSzkzm512), krm((*as).VFNMSUB132PSzkzb32), krrER((*as).VFNMSUB132PSzkzzER),
	},
	{
		"VFNMSUB132PD", 8, 132, true, true, false, false, rrr((*as).VFNMSUB132PDyyy), rrm((*as).VFNMSUB132PDyym256), krr((*as).VFNMSUB132PDzkzz),
		krm((*as).VFNMSUB132PDzkzm512), krm((*as).VFNMSUB132PDzkzb64), krrER((*as).VFNMSUB132PDzkzzER),
	},
	{
		"VFNMSUB132SS", 4, 132, true, true, false, true, rrr((*as).VFNMSUB132SSxxx), rrm((*as).VFNMSUB132SSxxm32), krr((*as).VFNMSUB132SSxkxx),
		krm((*as).VFNMSUB132SSxkxm32), nil, krrER((*as).VFNMSUB132SSxkxxER),
	},
	{
		"VFNMSUB132SD", 8, 132, true, true, false, true, rrr((*as).VFNMSUB132SDxxx), rrm((*as).VFNMSUB132SDxxm64), krr((*as).VFNMSUB132SDxkxx),
		krm((*as).VFNMSUB132SDxkxm64), nil, krrER((*as).VFNMSUB132SDxkxxER),
	},
	{
		"VFNMSUB213PS", 4, 213, true, true, false, false, rrr((*as).VFNMSUB213PSyyy), rrm((*as).VFNMSUB213PSyym256), krr((*as).VFNMSUB213PSzkzz),
		krm((*as).VFNMSUB213PSzkzm512), krm((*as).VFNMSUB213PSzkzb32), krrER((*as).VFNMSUB213PSzkzzER),
	},
	{
		"VFNMSUB213PD", 8, 213, true, true, false, false, rrr((*as).VFNMSUB213PDyyy), rrm((*as).VFNMSUB213PDyym256), krr((*as).VFNMSUB213PDzkzz),
		krm((*as).VFNMSUB213PDzkzm512), krm((*as).VFNMSUB213PDzkzb64), krrER((*as).VFNMSUB213PDzkzzER),
	},
	{
		"VFNMSUB213SS", 4, 213, true, true, false, true, rrr((*as).VFNMSUB213SSxxx), rrm((*as).VFNMSUB213SSxxm32), krr((*as).VFNMSUB213SSxkxx),
		krm((*as).VFNMSUB213SSxkxm32), nil, krrER((*as).VFNMSUB213SSxkxxER),
	},
	{
		"VFNMSUB213SD", 8, 213, true, true, false, true, rrr((*as).VFNMSUB213SDxxx), rrm((*as).VFNMSUB213SDxxm64), krr((*as).VFNMSUB213SDxkxx),
		krm((*as).VFNMSUB213SDxkxm64), nil, krrER((*as).VFNMSUB213SDxkxxER),
	},
	{
		"VFNMSUB231PS", 4, 231, true, true, false, false, rrr((*as).VFNMSUB231PSyyy), rrm((*as).VFNMSUB231PSyym256), krr((*as).VFNMSUB231PSzkzz),
		krm((*as).VFNMSUB231PSzkzm512), krm((*as).VFNMSUB231PSzkzb32), krrER((*as).VFNMSUB231PSzkzzER),
	},
	{
		"VFNMSUB231PD", 8, 231, true, true, false, false, rrr((*as).VFNMSUB231PDyyy), rrm((*as).VFNMSUB231PDyym256), krr((*as).VFNMSUB231PDzkzz),
		krm((*as).VFNMSUB231PDzkzm512), krm((*as).VFNMSUB231PDzkzb64), krrER((*as).VFNMSUB231PDzkzzER),
	},
	{
		"VFNMSUB231SS", 4, 231, true, true, false, true, rrr((*as).VFNMSUB231SSxxx), rrm((*as).VFNMSUB231SSxxm32), krr((*as).VFNMSUB231SSxkxx),
		krm((*as).VFNMSUB231SSxkxm32), nil, krrER((*as).VFNMSUB231SSxkxxER),
	},
	{
		"VFNMSUB231SD", 8, 231, true, true, false, true, rrr((*as).VFNMSUB231SDxxx), rrm((*as).VFNMSUB231SDxxm64), krr((*as).VFNMSUB231SDxkxx),
		krm((*as).VFNMSUB231SDxkxm64), nil, krrER((*as).VFNMSUB231SDxkxxER),
	},
	{
		"VFMADDSUB132PS", 4, 132, false, false, true, false, rrr((*as).VFMADDSUB132PSyyy), rrm((*as).VFMADDSUB132PSyym256), krr((*as).VFMADDSUB132PSzkzz),
		krm((*as).VFMADDSUB132PSzkzm512), krm((*as).VFMADDSUB132PSzkzb32), krrER((*as).VFMADDSUB132PSzkzzER),
	},
	{
		"VFMADDSUB132PD", 8, 132, false, false, true, false, rrr((*as).VFMADDSUB132PDyyy), rrm((*as).VFMADDSUB132PDyym256), krr((*as).VFMADDSUB132PDzkzz),
		krm((*as).VFMADDSUB132PDzkzm512), krm((*as).VFMADDSUB132PDzkzb64), krrER((*as).VFMADDSUB132PDzkzzER),
	},
	{
		"VFMADDSUB213PS", 4, 213, false, false, true, false, rrr((*as).VFMADDSUB213PSyyy), rrm((*as).VFMADDSUB213PSyym256), krr((*as).VFMADDSUB213PSzkzz),
		krm((*as).VFMADDSUB213PSzkzm512), krm((*as).VFMADDSUB213PSzkzb32), krrER((*as).VFMADDSUB213PSzkzzER),
	},
	{
		"VFMADDSUB213PD", 8, 213, false, false, true, false, rrr((*as).VFMADDSUB213PDyyy), rrm((*as).VFMADDSUB213PDyym256), krr((*as).VFMADDSUB213PDzkzz),
		krm((*as).VFMADDSUB213PDzkzm512), krm((*as).VFMADDSUB213PDzkzb64), krrER((*as).VFMADDSUB213PDzkzzER),
	},
	{
		"VFMADDSUB231PS", 4, 231, false, false, true, false, rrr((*as).VFMADDSUB231PSyyy), rrm((*as).VFMADDSUB231PSyym256), krr((*as).VFMADDSUB231PSzkzz),
		krm((*as).VFMADDSUB231PSzkzm512), krm((*as).VFMADDSUB231PSzkzb32), krrER((*as).VFMADDSUB231PSzkzzER),
	},
	{
		"VFMADDSUB231PD", 8, 231, false, false, true, false, rrr((*as).VFMADDSUB231PDyyy), rrm((*as).VFMADDSUB231PDyym256), krr((*as).VFMADDSUB231PDzkzz),
		krm((*as).VFMADDSUB231PDzkzm512), krm((*as).VFMADDSUB231PDzkzb64), krrER((*as).VFMADDSUB231PDzkzzER),
	},
	{
		"VFMSUBADD132PS", 4, 132, false, true, true, false, rrr((*as).VFMSUBADD132PSyyy), rrm((*as).VFMSUBADD132PSyym256), krr((*as).VFMSUBADD132PSzkzz),
		krm((*as).VFMSUBADD132PSzkzm512), krm((*as).VFMSUBADD132PSzkzb32), krrER((*as).VFMSUBADD132PSzkzzER),
	},
	{
		"VFMSUBADD132PD", 8, 132, false, true, true, false, rrr((*as).VFMSUBADD132PDyyy), rrm((*as).VFMSUBADD132PDyym256), krr((*as).VFMSUBADD132PDzkzz),
		krm((*as).VFMSUBADD132PDzkzm512), krm((*as).VFMSUBADD132PDzkzb64), krrER((*as).VFMSUBADD132PDzkzzER),
	},
	{
		"VFMSUBADD213PS", 4, 213, false, true, true, false, rrr((*as).VFMSUBADD213PSyyy), rrm((*as).VFMSUBADD213PSyym256), krr((*as).VFMSUBADD213PSzkzz),
		krm((*as).VFMSUBADD213PSzkzm512), krm((*as).VFMSUBADD213PSzkzb32), krrER((*as).VFMSUBADD213PSzkzzER),
	},
	{
		"VFMSUBADD213PD", 8, 213, false, true, true, false, rrr((*as).VFMSUBADD213PDyyy), rrm((*as).VFMSUBADD213PDyym256), krr((*as).VFMSUBADD213PDzkzz),
		krm((*as).VFMSUBADD213PDzkzm512), krm((*as).VFMSUBADD213PDzkzb64), krrER((*as).VFMSUBADD213PDzkzzER),
	},
	{
		"VFMSUBADD231PS", 4, 231, false, true, true, false, rrr((*as).VFMSUBADD231PSyyy), rrm((*as).VFMSUBADD231PSyym256), krr((*as).VFMSUBADD231PSzkzz),
		krm((*as).VFMSUBADD231PSzkzm512), krm((*as).VFMSUBADD231PSzkzb32), krrER((*as).VFMSUBADD231PSzkzzER),
	},
	{
		"VFMSUBADD231PD", 8, 231, false, true, true, false, rrr((*as).VFMSUBADD231PDyyy), rrm((*as).VFMSUBADD231PDyym256), krr((*as).VFMSUBADD231PDzkzz),
		krm((*as).VFMSUBADD231PDzkzm512), krm((*as).VFMSUBADD231PDzkzb64), krrER((*as).VFMSUBADD231PDzkzzER),
	},
}

// element is what the instruction makes of one element of each operand, rounded once.
func (c *fma) element(i int, rc amd64.Rounding, x, y, z uint64) uint64 {
	op := [3]float64{toFloat(c.size, x), toFloat(c.size, y), toFloat(c.size, z)}
	a, b, d := op[c.order/100-1], op[c.order/10%10-1], op[c.order%10-1]
	product := new(big.Float).SetPrec(200).Mul(big.NewFloat(a), big.NewFloat(b))
	if c.negP {
		product.Neg(product)
	}
	if c.negA != (c.alternate && i%2 == 0) {
		d = -d
	}
	return rounded(c.size, rc, func(r, _, _ *big.Float) *big.Float { return r.Add(product, big.NewFloat(d)) }, 0, 0)
}

func (c *fma) apply(n int, rc amd64.Rounding, x, y, z []byte) vector {
	return lanesOf(n, c.size, func(i int) uint64 {
		return c.element(i, rc, lane(x, c.size, i), lane(y, c.size, i), lane(z, c.size, i))
	})
}

func TestFMA(t *testing.T) {
	count(t)
	var p picker
	for _, c := range fmas {
		n, wide := 32, 64 // bytes of VEX and of EVEX
		if c.scalar {
			n, wide = c.size, c.size
		}
		inputs := func(put func(s *state)) []func(*state) {
			return ordinary(8, c.size, false, func(s *state) {
				for i := range memSize / c.size {
					setLane(s.mem[:], c.size, i, fromFloat(c.size, generator.NormFloat64()))
				}
				put(s)
			})
		}
		// The rest of an XMM register stays with scalars.
		write := func(s *state, dst uint8, k amd64.Mask, n int, r vector) {
			if c.scalar {
				old := s.v[dst]
				r = s.masked(old, k, n, c.size, r)
				s.writeVEX(dst, 16, low16(&old, c.size, lane(r[:], c.size, 0)))
				return
			}
			s.writeMasked(dst, k, n, c.size, r)
		}
		dst, x, y, at := p.vectorOf(16), p.vectorOf(16), p.vectorOf(16), p.place()
		at.off &^= 7 // where a number begins
		check(t, test{fmt.Sprintf("%s %d, %d, %d", c.name, dst, x, y), amd64.FMA, func(a *assembler) { c.rr(a, dst, x, y) }, func(s *state) {
			write(s, dst, 0, n, c.apply(n, 0, s.v[dst][:], s.v[x][:], s.v[y][:]))
		}}, inputs(nothing)...)
		check(t, test{fmt.Sprintf("%s %d, %d, %v", c.name, dst, x, at.mem()), amd64.FMA, func(a *assembler) { c.rm(a, dst, x, at.mem()) }, func(s *state) {
			write(s, dst, 0, n, c.apply(n, 0, s.v[dst][:], s.v[x][:], s.mem[at.off:]))
		}}, inputs(at.point)...)
		for rc := range amd64.Rounding(4) {
			dst, x, y, k, at := p.vectorOf(32), p.vectorOf(32), p.vectorOf(32), p.mask(), p.place()
			at.off &^= 7
			check(t, test{fmt.Sprintf("%s %d, %#x, %d, %d", c.name, dst, uint8(k), x, y), f512, func(a *assembler) { c.krr(a, dst, k, x, y) }, func(s *state) {
				write(s, dst, k, wide, c.apply(wide, 0, s.v[dst][:], s.v[x][:], s.v[y][:]))
			}}, inputs(nothing)...)
			check(t, test{fmt.Sprintf("%s %d, %#x, %d, %d {%d}", c.name, dst, uint8(k), x, y, rc), f512, func(a *assembler) { c.er(a, dst, k, x, y, rc) }, func(s *state) {
				write(s, dst, k, wide, c.apply(wide, rc, s.v[dst][:], s.v[x][:], s.v[y][:]))
			}}, inputs(func(s *state) { s.mxcsr = defaultMXCSR | uint32(rc^1)<<13 })...)
			at.disp = compressed(wide)[p.n%11]
			check(t, test{fmt.Sprintf("%s %d, %#x, %d, %v", c.name, dst, uint8(k), x, at.mem()), f512, func(a *assembler) { c.krm(a, dst, k, x, at.mem()) }, func(s *state) {
				write(s, dst, k, wide, c.apply(wide, 0, s.v[dst][:], s.v[x][:], s.mem[at.off:]))
			}}, inputs(at.point)...)
			if c.krb == nil {
				continue
			}
			at.disp = compressed(c.size)[p.n%11]
			check(t, test{fmt.Sprintf("%s %d, %#x, %d, %v bcst", c.name, dst, uint8(k), x, at.mem()), f512, func(a *assembler) { c.krb(a, dst, k, x, at.mem()) }, func(s *state) {
				one := s.at(8*c.size, at.off)
				all := lanesOf(64, c.size, func(int) uint64 { return one })
				write(s, dst, k, wide, c.apply(wide, 0, s.v[dst][:], s.v[x][:], all[:]))
			}}, inputs(at.point)...)
		}
	}
}
