# Sourced by scripts/peers. Native code: the addon that reaches PKCS#11 modules, and a module that fails as tests want. Sources and headers come from npm packages.

native() {
  local -r name=$1 stamp=$2 compile=$3
  ! is_current "$name" "$stamp" "$name" || return 0
  start_work
  if ! "$compile" "$work/$name" >"$work/log" 2>&1; then
    say "$name: $(last_line "$work/log")"
    return 1
  fi
  chmod 755 "$work/$name"
  mv -f "$work/$name" "$bin/$name"
  set_current "$name" "$stamp"
}

compile_addon() {
  npm_source pkcs11js 2.1.7 && npm_source node-api-headers 1.9.0 || return 1
  (cd "$work/pkcs11js" && compile c++ -std=c++17 -DNODE_GYP_MODULE_NAME=pkcs11 -DNAPI_DISABLE_CPP_EXCEPTIONS -Iincludes -I../node-api-headers/include src/dl.cpp src/common.cpp src/main.cpp -o "$1")
}

compile_fault() {
  npm_source pkcs11js 2.1.7 || return 1
  compile cc -I"$work/pkcs11js/includes" "$here/peers.d/pkcs11-fault/module.c" -o "$1" -ldl
}

# Unpacks a package and runs nothing of it.
npm_source() {
  local -r name=$1 version=$2
  # npm finds the machine's own settings beside the Node.js that runs it, so not by ours in node_modules.
  local -r path=$(tr : '\n' <<<"$PATH" | grep -v node_modules | paste -sd :)
  (cd "$work" && PATH=$path limited 600 npm pack --silent --ignore-scripts --prefer-offline "$name@$version") || return 1
  mkdir "$work/$name" && tar -xzf "$work/$name-$version.tgz" -C "$work/$name" --strip-components=1
}

# The machine's compiler, or the one that PyPI has.
compile() {
  local -r language=$1
  local python
  shift
  local command=("$language")
  if ! command -v "$language" >/dev/null; then
    local pip
    python=$(find_python "a compiler") && pip=$(find_pip "$python" "a compiler") || return 1
    limited 900 nice "$pip" -m pip install -q --no-input --no-deps --only-binary :all: --target "$work/zig" ziglang==0.17.1 || return 1
    command=(env PYTHONPATH="$work/zig" "ZIG_GLOBAL_CACHE_DIR=$work/zig-cache" "$python" -m ziglang "$language")
  fi
  limited 600 nice "${command[@]}" -shared -fPIC -O2 -s -w "$@"
}
