# Sourced by scripts/peers. npm packages: in a folder of their own, every version pinned, none of their scripts run. Their stamp is their lockfile.

npm_packages() {
  local -r name=$1 program=$2 source=$here/peers.d/$1
  local stamp path
  stamp="$(sha256sum <"$source/package-lock.json") node 22.12.0"
  ! is_current "$name" "$stamp" "$program" || return 0
  if ! command -v npm >/dev/null; then
    say "npm is missing: install Node.js 20 or newer with npm to install $name"
    return 1
  fi
  start_work
  mkdir -p "$work/root" "$work/bin"
  cp "$source/package.json" "$source/package-lock.json" "$work/root"
  # npm finds the machine's own settings beside the Node.js that runs it, so not by ours in node_modules.
  path=$(tr ':' '\n' <<<"$PATH" | grep -v node_modules | paste -sd: -)
  local -r quiet=(--ignore-scripts --no-audit --no-fund --prefer-offline --loglevel=error --fetch-timeout=60000 --fetch-retries=1)
  if ! (cd "$work/root" && export PATH=$path && limited 900 nice npm ci "${quiet[@]}" && "add_to_$name" "${quiet[@]}") >"$work/log" 2>&1; then
    say "$name: npm failed: $(grep -m 1 'npm error' "$work/log" || last_line "$work/log")"
    return 1
  fi
  "link_$name"
  rm -rf "${peers:?}/root/$name"
  mkdir -p "$peers/root"
  mv "$work/root" "$peers/root/$name"
  mv -f "$work"/bin/* "$bin"
  set_current "$name" "$stamp"
}

# A lockfile would not name the packages of other platforms: they say theirs in a form that npm passes over.
add_to_consumer() {
  local os=linux cpu=x64
  [[ $(uname -s) != Darwin ]] || os=darwin
  [[ ! $(uname -m) =~ ^(arm64|aarch64)$ ]] || cpu=arm64
  limited 900 nice npm install --no-save --no-package-lock "$@" "node-$os-$cpu@22.12.0"
}

link_consumer() {
  local node
  node=$(cd "$work/root" && echo node_modules/node-*/bin/node)
  ln -s "../root/consumer/$node" "$work/bin/node-22"
  script tsc-5 consumer typescript/bin/tsc
}

add_to_typedoc() { :; }

link_typedoc() { script typedoc typedoc typedoc/bin/typedoc; }

# A program in JavaScript, run by the Node.js in PATH.
script() {
  local -r program=$1 name=$2 file=$3
  printf '#!/bin/sh\nexec node "$(dirname "$0")/../root/%s/node_modules/%s" "$@"\n' "$name" "$file" >"$work/bin/$program"
  chmod 755 "$work/bin/$program"
}
