#!/bin/sh
# Makes the certificates of this folder: kinds that our own issuer cannot make. Keys are thrown away; run it in this folder.
set -eu
digest=sha256
keys=$(mktemp -d)
trap 'rm -r "$keys"' EXIT
config="$keys/config"
printf 'oid_section=oids\n[oids]\nkubernetesUid=1.3.6.1.4.1.57683.2\n[req]\ndistinguished_name=dn\n[dn]\n' >"$config"
days=36500

authority() { # name, further options of `openssl req`
  name=$1
  shift
  openssl req -x509 -config "$config" -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days $days -keyout "$keys/$name.key" \
    -out "$name.pem" -subj "/CN=$name" -addext keyUsage=critical,keyCertSign -addext subjectKeyIdentifier=hash "$@" 2>/dev/null
}

issue() { # name, issuer, subject, extensions, further options of `openssl req`
  name=$1 issuer=$2 subject=$3 extensions=$4
  shift 4
  openssl req -config "$config" -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$keys/$name.key" \
    -out "$keys/$name.csr" -subj "$subject" "$@" 2>/dev/null
  printf "%b" "$extensions" >"$keys/$name.ext"
  openssl x509 -req -in "$keys/$name.csr" -CA "$issuer.pem" -CAkey "$keys/$issuer.key" -set_serial "0x$(openssl rand -hex 8)" \
    -days $days -extfile "$keys/$name.ext" -out "$name.pem" "-$digest" 2>/dev/null
}

client='extendedKeyUsage=clientAuth\nbasicConstraints=critical,CA:false\n'
signer='keyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash\n'

authority ecdsa-ca -addext basicConstraints=critical,CA:true
issue ecdsa-proxy ecdsa-ca /CN=front-proxy-client "$client"
# Several organizations in one step of the name, as Go writes them; and the common name twice.
issue ecdsa-many-groups ecdsa-ca '/O=one+O=two/CN=first/CN=last' "$client" -multivalue-rdn
issue ecdsa-no-name ecdsa-ca /O=nameless "$client"
issue ecdsa-with-uid ecdsa-ca '/CN=jane/kubernetesUid=u-17' "$client"
issue ecdsa-any-usage ecdsa-ca /CN=any 'extendedKeyUsage=anyExtendedKeyUsage\n'
issue ecdsa-unknown-critical ecdsa-ca /CN=odd "${client}1.2.3.4=critical,ASN1:UTF8String:odd\n"
(digest=sha1 && issue ecdsa-sha1 ecdsa-ca /CN=weak "$client")

authority short-ca -addext basicConstraints=critical,CA:true,pathlen:0
issue short-intermediate short-ca /CN=short-intermediate "${signer}basicConstraints=critical,CA:true\n"
issue short-leaf short-intermediate /CN=too-deep "$client"
issue short-direct short-ca /CN=deep-enough "$client"

authority server-only-ca -addext basicConstraints=critical,CA:true -addext extendedKeyUsage=serverAuth
issue server-only-leaf server-only-ca /CN=client-of-server-only-ca "$client"
