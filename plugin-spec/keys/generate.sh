#!/bin/sh
# Makes the throw-away keys and chains that the vectors name. They protect nothing.
# `openssl ca` is used throughout because it alone sets both ends of the validity on every OpenSSL 3.
set -eu
umask 022
cd "$(dirname "$0")"
keys=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

passphrase='correct horse battery staple'
since=20240101000000Z
until=21240101000000Z

cat > "$work/ca.cnf" <<'CONFIG'
[ca]
default_ca = test
[test]
database = $ENV::WORK/index.txt
new_certs_dir = $ENV::WORK
serial = $ENV::WORK/serial
policy = any
unique_subject = no
[any]
countryName = optional
stateOrProvinceName = optional
organizationName = optional
commonName = optional
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[intermediate]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = codeSigning
subjectKeyIdentifier = hash
[server]
basicConstraints = CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
[no-key-usage]
basicConstraints = CA:FALSE
extendedKeyUsage = codeSigning
[key-usage-not-critical]
basicConstraints = CA:FALSE
keyUsage = digitalSignature
[encipherment]
basicConstraints = CA:FALSE
keyUsage = critical, keyEncipherment
CONFIG
export WORK="$work"
: > "$work/index.txt"

# The forms of a private key, as PKCS#8 PEM.
key() {
  case "$2" in
    rsa-pss) openssl genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out "$1" 2>> "$work/log" ;;
    rsa-*) openssl genpkey -algorithm RSA -pkeyopt "rsa_keygen_bits:${2#rsa-}" -out "$1" 2>> "$work/log" ;;
    ed25519) openssl genpkey -algorithm ED25519 -out "$1" 2>> "$work/log" ;;
    *) openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:$2" -pkeyopt ec_param_enc:named_curve -out "$1" 2>> "$work/log" ;;
  esac
}

# certificate NAME KEY ISSUER PROFILE [SINCE UNTIL [DIGEST]]: ISSUER is a name, or "self".
certificate() {
  openssl req -new -config "$work/ca.cnf" -key "$2" -subj "/C=US/ST=WA/O=notation-ts-kms tests/CN=$1" -out "$work/$1.csr"
  if [ "$3" = self ]; then
    signer="-selfsign -keyfile $2"
  else
    signer="-cert $work/$3.crt -keyfile $work/$3.key"
  fi
  # shellcheck disable=SC2086 # the signer is several words on purpose
  openssl ca -batch -notext -rand_serial -preserveDN -config "$work/ca.cnf" -extensions "$4" -startdate "${5:-$since}" \
    -enddate "${6:-$until}" -md "${7:-sha256}" $signer -in "$work/$1.csr" -out "$work/$1.crt" 2>> "$work/log" || { cat "$work/log" >&2; exit 1; }
}

# leaf NAME CURVE [PROFILE SINCE UNTIL DIGEST]: a key with the whole chain beside it, below the EC intermediate.
leaf() {
  key "$keys/$1.key" "$2"
  certificate "$1" "$keys/$1.key" ec-intermediate "${3:-leaf}" "${4:-$since}" "${5:-$until}" "${6:-sha256}"
  cat "$work/$1.crt" "$keys/ec-ca.crt" > "$keys/$1.crt"
}

find . -type f ! -name generate.sh ! -name keys.json ! -name README.md -exec rm -f {} +

key "$work/ec-root.key" P-384
certificate ec-root "$work/ec-root.key" self root "$since" "$until" sha384
key "$work/ec-intermediate.key" P-256
certificate ec-intermediate "$work/ec-intermediate.key" ec-root intermediate "$since" "$until" sha384
key "$work/rsa-root.key" rsa-3072
certificate rsa-root "$work/rsa-root.key" self root
cat "$work/ec-intermediate.crt" "$work/ec-root.crt" > ec-ca.crt

# Six key specs: EC below an intermediate, RSA directly below the root.
for bits in 2048 3072 4096; do
  key "rsa-$bits.key" "rsa-$bits"
  certificate "rsa-$bits" "$keys/rsa-$bits.key" rsa-root leaf
  cat "$work/rsa-$bits.crt" "$work/rsa-root.crt" > "rsa-$bits.crt"
done
leaf ec-256 P-256
leaf ec-384 P-384
leaf ec-521 P-521
openssl crl2pkcs7 -nocrl -certfile ec-256.crt -outform DER -out ec-256.p7b
openssl crl2pkcs7 -nocrl -certfile ec-256.crt -out ec-256.p7b.pem

# Chains.
key self-signed.key P-256
certificate self-signed "$keys/self-signed.key" self leaf
cp "$work/self-signed.crt" self-signed.crt
openssl x509 -in self-signed.crt -outform DER -out self-signed.crt.der
leaf no-root P-256
cat "$work/no-root.crt" "$work/ec-intermediate.crt" > no-root.crt
leaf leaf-only P-256
cp "$work/leaf-only.crt" leaf-only.crt
leaf unordered P-256
cat "$work/ec-root.crt" "$work/unordered.crt" "$work/ec-intermediate.crt" > unordered.crt
leaf no-chain P-256
rm no-chain.crt
key mismatch.key P-256
cp ec-256.crt mismatch.crt
leaf wrong-ca P-256
cat "$work/wrong-ca.crt" "$work/rsa-root.crt" > wrong-ca.crt

# Certificates that break a rule.
leaf expired P-256 leaf 20200101000000Z 20210101000000Z
leaf not-yet-valid P-256 leaf 21200101000000Z 21230101000000Z
leaf server-auth P-256 server
leaf no-key-usage P-256 no-key-usage
leaf key-usage-not-critical P-256 key-usage-not-critical
leaf encipherment P-256 encipherment
leaf ca-leaf P-256 intermediate
leaf sha1 P-256 leaf "$since" "$until" sha1

# Keys that Notary does not know.
for bits in 1024 2560; do leaf "rsa-$bits" "rsa-$bits"; done
leaf rsa-pss rsa-pss
leaf ec-224 P-224
leaf secp256k1 secp256k1
leaf ed25519 ed25519

# Encodings of one key.
printf '%s\n' "$passphrase" > passphrase.txt
printf '%s\r\n' "$passphrase" > passphrase-crlf.txt
printf 'not the passphrase\n' > passphrase-wrong.txt
printf '' > passphrase-empty.txt
openssl pkcs8 -topk8 -v2 aes-256-cbc -iter 2048 -passout "pass:$passphrase" -in ec-256.key -out encrypted.key
openssl pkcs8 -topk8 -v2 aes-256-cbc -iter 2048 -passout "pass:$passphrase" -in ec-256.key -outform DER -out encrypted-der.der
openssl pkcs8 -topk8 -nocrypt -in ec-256.key -outform DER -out pkcs8-der.der
openssl rsa -in rsa-2048.key -traditional -out pkcs1.key 2>> "$work/log"
openssl rsa -in rsa-2048.key -traditional -outform DER -out pkcs1-der.der 2>> "$work/log"
openssl ec -in ec-256.key -out sec1.key 2>> "$work/log"
openssl ec -in ec-256.key -outform DER -out sec1-der.der 2>> "$work/log"
{ openssl ecparam -name prime256v1; cat sec1.key; } > sec1-parameters.key
for name in encrypted encrypted-der pkcs8-der sec1 sec1-der sec1-parameters; do cp ec-256.crt "$name.crt"; done
for name in pkcs1 pkcs1-der; do cp rsa-2048.crt "$name.crt"; done
cat ec-256.key ec-256.crt > combined.pem
cat ec-256.crt ec-256.key > combined-chain-first.pem
awk '{ printf "%s\r\n", $0 }' ec-256.key > crlf.key
cp ec-256.crt crlf.crt
cp ec-256.key suffix.key
cp ec-256.crt suffix.key.crt
cp ec-256.key plain
cp ec-256.crt plain.crt

openssl pkcs12 -export -inkey ec-256.key -in "$work/ec-256.crt" -certfile ec-ca.crt -passout "pass:$passphrase" \
  -keypbe AES-256-CBC -certpbe AES-256-CBC -macalg sha256 -iter 2048 -out pkcs12-aes256.p12
openssl pkcs12 -export -inkey ec-256.key -in "$work/ec-256.crt" -certfile ec-ca.crt -passout "pass:$passphrase" \
  -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1 -iter 2048 -out pkcs12-3des.p12
openssl pkcs12 -export -inkey rsa-2048.key -in rsa-2048.crt -passout "pass:$passphrase" \
  -keypbe AES-256-CBC -certpbe AES-256-CBC -macalg sha256 -iter 2048 -out pkcs12-rsa.p12
openssl pkcs12 -export -inkey ec-256.key -in "$work/ec-256.crt" -passout "pass:$passphrase" \
  -keypbe AES-256-CBC -certpbe AES-256-CBC -macalg sha256 -iter 2048 -out pkcs12-leaf.p12

# Files that hold no key.
: > empty.key
printf 'this is not a key\n' > garbage.key
head -c 512 ec-256.p7b > garbage.der
sed 3d ec-256.key > truncated.key
cp ec-256.crt certificate-only.pem
printf 'this is not a certificate\n' > garbage.crt
chmod 644 ./*
chmod 755 generate.sh
