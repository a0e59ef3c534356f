cd $(dirname $0) && npx --prefix /tmp/as asc kernels.ts -O3 --enable simd --runtime stub --noAssert --use abort= -o kernels.wasm
