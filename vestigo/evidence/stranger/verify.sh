#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Verify layer A of an evidence bundle: sh verify.sh [BUNDLE] --anchors DIR
# Needs a POSIX shell, coreutils (sha256sum, sha512sum, base64; or shasum) and openssl.
# Exit code: 0 all of layer A right, 3 a check failed, 4 something was NOT CHECKED.
# Compare the SHA-256 of this file with its published value before you run it.

set -u
LANGUAGE_OF_USER=${LC_ALL:-${LANG:-C}}
LC_ALL=C
export LC_ALL
umask 077
bundle='' anchors='' failed=0 unchecked=0 outside=0

usage() {
    echo 'usage: sh verify.sh [BUNDLE] --anchors DIR' >&2
    exit 2
}
while [ $# -gt 0 ]; do
    case $1 in
        --anchors) [ $# -ge 2 ] || usage; anchors=$2; shift 2 ;;
        --anchors=*) anchors=${1#--anchors=}; shift ;;
        -h | --help) usage ;;
        -*) usage ;;
        *) [ -z "$bundle" ] || usage; bundle=$1; shift ;;
    esac
done
[ -n "$bundle" ] || bundle=$(dirname "$0")
if [ -n "$anchors" ]; then
    anchors=$(cd "$anchors" 2>/dev/null && pwd) || usage
fi
cd "$bundle" 2>/dev/null || usage
work=$(mktemp -d "${TMPDIR:-/tmp}/verify.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM

say() { printf '%-11s  %-12s  %s\n' "$1" "$2" "$3"; }
fault() { say FAILED "$1" "$2"; failed=1; broken=1; }
skip() { say 'NOT CHECKED' "$1" "$2"; unchecked=1; broken=1; }
begin() { broken=0; }
right() { [ "$broken" -ne 0 ] || say ok "$1" "$2"; }
count() { wc -l < "$1" | tr -d ' '; }
faults() { # CHECK LIST REASON: one line for each name in LIST
    [ -s "$2" ] || return 0
    while IFS= read -r name; do fault "$1" "$name: $3"; done < "$2"
}
safe() { tr -c 'A-Za-z0-9._/\n-' '?' ; }

digest() { # ALGORITHM: digests of the names on standard input, as in a manifest
    if command -v "sha$1sum" >/dev/null 2>&1; then
        xargs "sha$1sum"
    elif command -v shasum >/dev/null 2>&1; then
        xargs shasum -a "$1"
    else
        xargs openssl dgst "-sha$1" -r | sed 's/ \*/  /'
    fi
}
unbase64() { base64 -d 2>/dev/null || base64 -D 2>/dev/null; }

# ------------------------------------------------------------------ names
begin
find . ! -type f ! -type d | safe > "$work/odd"
faults names "$work/odd" 'neither a plain file nor a folder'
find . | sed 's,^\./,,' | grep -v '^\.$' > "$work/all"
{
    grep -v '^[A-Za-z0-9][A-Za-z0-9._-]*\(/[A-Za-z0-9][A-Za-z0-9._-]*\)*$' "$work/all"
    grep '[^/]\{121\}' "$work/all"
} | safe > "$work/bad"
faults names "$work/bad" 'a name that a bundle does not use'
tr 'A-Z' 'a-z' < "$work/all" | sort | uniq -d | safe > "$work/twice"
faults names "$work/twice" 'differs from another name by case only'
find . -type f | sed 's,^\./,,' | sort > "$work/files"
grep -c . "$work/files" > "$work/number" || :
right names "$(cat "$work/number") files"

# ------------------------------------------------------------------ files
begin
printf 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n' > "$work/bagit"
cmp -s bagit.txt "$work/bagit" || fault files 'bagit.txt: not the declaration of BagIt 1.0'
grep '^data/' "$work/files" > "$work/manifest.here"
grep -v -e '^data/' -e '^tagmanifest-sha256\.txt$' -e '^tagmanifest-sha512\.txt$' \
    "$work/files" > "$work/tagmanifest.here"
for kind in manifest tagmanifest; do
    for algorithm in 256 512; do
        list=$kind-sha$algorithm.txt
        : > "$work/$list"
        length=$((algorithm / 4))
        form="^[0-9a-f]\\{$length\\}  [A-Za-z0-9][A-Za-z0-9._/-]*\$"
        if [ ! -f "$list" ] || [ -h "$list" ]; then
            fault files "$list: missing"
            continue
        fi
        if grep -q -v "$form" "$list" || [ -n "$(tail -c 1 "$list" | tr -d '\n')" ] ||
            ! tr -d '\0' < "$list" | cmp -s - "$list"; then
            fault files "$list: a line is malformed, repeated or out of order"
            continue
        fi
        cut -c "$((length + 3))-" "$list" > "$work/$list"
        if ! sort -c -u "$work/$list" 2>/dev/null; then
            fault files "$list: a line is malformed, repeated or out of order"
            continue
        fi
        comm -23 "$work/$list" "$work/$kind.here" > "$work/missing"
        faults files "$work/missing" "missing, but in $list"
        comm -13 "$work/$list" "$work/$kind.here" | safe > "$work/extra"
        faults files "$work/extra" "extra, not in $list"
    done
done
right files "$(count "$work/manifest.here") payload files, $(count "$work/tagmanifest.here") tag files: nothing missing, nothing extra"

# ---------------------------------------------------------- sha256, sha512
for algorithm in 256 512; do
    begin
    number=0
    for kind in manifest tagmanifest; do
        list=$kind-sha$algorithm.txt
        [ -s "$work/$list" ] || continue
        number=$((number + $(count "$work/$list")))
        comm -12 "$work/$list" "$work/$kind.here" > "$work/both"
        digest "$algorithm" < "$work/both" 2>/dev/null | sort > "$work/computed"
        cut -d ' ' -f 3- "$work/computed" | sort | comm -13 - "$work/both" > "$work/unread"
        faults "sha$algorithm" "$work/unread" 'cannot be read'
        sort "$list" | comm -13 - "$work/computed" | cut -d ' ' -f 3- | sort > "$work/differ"
        faults "sha$algorithm" "$work/differ" "its sha$algorithm digest differs"
    done
    right "sha$algorithm" "$number digests"
done

# -------------------------------------------------------------- statement
begin
statement=seal/statement.json
if [ -f "$statement" ] && [ ! -h "$statement" ]; then
    sed -n '/^"files": {$/,/^}/s/^"\([A-Za-z0-9._/-]*\)": "\([0-9a-f]\{64\}\)",\{0,1\}$/\2  \1/p' \
        "$statement" | sort > "$work/stated"
    grep -q '^"format": "vestigo-statement-1",\{0,1\}$' "$statement" ||
        fault statement "$statement: a format that this verifier does not know"
    grep -v -e '^seal/statement\.json$' -e '^seal/statement\.json\.p7s$' \
        -e '^seal/stamps/[A-Za-z0-9_-]*\.ts[qr]$' "$work/tagmanifest.here" |
        grep '^[A-Za-z0-9][A-Za-z0-9._/-]*$' > "$work/due"
    digest 256 < "$work/due" 2>/dev/null | sort > "$work/computed"
    cut -d ' ' -f 3- "$work/stated" | sort > "$work/statednames"
    comm -23 "$work/due" "$work/statednames" > "$work/list"
    faults statement "$work/list" 'only in the bundle'
    comm -13 "$work/due" "$work/statednames" > "$work/list"
    faults statement "$work/list" 'only in the statement'
    comm -13 "$work/stated" "$work/computed" | cut -d ' ' -f 3- | sort |
        comm -12 - "$work/statednames" > "$work/list"
    faults statement "$work/list" 'its digest is not the one in the statement'
    right statement "$(count "$work/stated") files"
else
    fault statement "$statement: missing"
fi

# -------------------------------------------------------------- signature
usable() { # CHECK ANCHOR: openssl and the anchor are there
    if ! command -v openssl >/dev/null 2>&1; then
        skip "$1" 'the openssl program is not there'
    elif [ -z "$anchors" ]; then
        skip "$1" 'no --anchors: the key must come from elsewhere than the bundle'
    elif [ ! -f "$anchors/$2" ]; then
        skip "$1" "$2 is not among the anchors"
    else
        return 0
    fi
    return 1
}
begin
if usable signature unit.pem; then
    openssl cms -verify -binary -inform DER -in seal/statement.json.p7s \
        -content seal/statement.json -nointern -certfile "$anchors/unit.pem" \
        -CAfile "$anchors/unit.pem" -purpose any -no_check_time -out /dev/null \
        > "$work/said" 2>&1 ||
        fault signature "seal/statement.json.p7s: not signed by the unit: $(head -n 1 "$work/said" | tr -c ' -~\n' '?')"
fi
right signature "the statement is signed by the unit's certificate"

# ------------------------------------------------------------- checkpoint
begin
note=seal/checkpoint.note
size=$(sed -n 2p "$note" 2>/dev/null)
root=$(sed -n 3p "$note" 2>/dev/null | unbase64 | od -A n -t x1 | tr -d ' \n')
if ! grep -q "^\"root\": \"$root\",\\{0,1\\}\$" "$statement" 2>/dev/null ||
    ! grep -q "^\"size\": $size,\\{0,1\\}\$" "$statement" 2>/dev/null; then
    fault checkpoint "$note: not the checkpoint of the statement"
fi
if usable checkpoint checkpoint.pem; then
    sed '/^$/,$d' "$note" > "$work/text" 2>/dev/null
    sed -n 's/^— [^ ]* //p' "$note" 2>/dev/null | head -n 1 | unbase64 | tail -c +5 > "$work/signature"
    openssl pkeyutl -verify -pubin -inkey "$anchors/checkpoint.pem" -rawin -in "$work/text" \
        -sigfile "$work/signature" > "$work/said" 2>&1 ||
        fault checkpoint "$note: not signed by the checkpoint key"
fi
right checkpoint "$size events, signed"

# ----------------------------------------------------------------- stamps
begin
grep '^seal/stamps/[A-Za-z0-9_-]*\.tsr$' "$work/files" > "$work/stamps"
if [ ! -s "$work/stamps" ]; then
    right stamps "none: time rests on the unit's own clock"
elif usable stamps tsa.pem; then
    while IFS= read -r stamp; do
        if openssl ts -verify -data "$note" -in "$stamp" -CAfile "$anchors/tsa.pem" \
            > "$work/said" 2>&1; then
            outside=1
        else
            fault stamps "$stamp: no valid stamp of the checkpoint"
        fi
    done < "$work/stamps"
    right stamps "$(count "$work/stamps") stamps"
fi

# -------------------------------------------------------------- verifiers
begin
if [ -n "$anchors" ] && [ -f "$anchors/verifiers.sha256" ]; then
    for name in verify.sh verify.py; do
        [ -f "$name" ] || continue
        line=$(echo "$name" | digest 256)
        grep -q -F -x "$line" "$anchors/verifiers.sha256" ||
            fault verifiers "$name: not the published verifier"
    done
else
    skip verifiers 'no published digests (verifiers.sha256) among the anchors'
fi
right verifiers 'verify.sh and verify.py are the published ones'
if [ -n "$anchors" ] && [ -f "$anchors/checkpoint-$size.note" ]; then
    cmp -s "$note" "$anchors/checkpoint-$size.note" && outside=1
fi

# ------------------------------------------------------------- conclusion
case $LANGUAGE_OF_USER in
    es*)
        all='Se hicieron todas las comprobaciones de la capa A y son correctas.'
        bad='Al menos una comprobación FALLÓ: no confíe en este paquete.'
        open='Algo quedó SIN COMPROBAR: esto no es una confirmación.'
        layer='La capa B no se ejecutó aquí: python3 verify.py hace ambas capas.'
        hash='Compare el SHA-256 de este programa con su valor publicado.'
        alone='No se comparó ningún ancla externa: sin protección frente a quien tenga la clave de la unidad.'
        ;;
    *)
        all='Every check of layer A was made and is right.'
        bad='At least one check FAILED: do not rely on this bundle.'
        open='Something was NOT CHECKED: this is no confirmation.'
        layer='Layer B was not run here: python3 verify.py runs both layers.'
        hash='Compare the SHA-256 of this program with its published value.'
        alone='No outside anchor was compared: no protection against the holder of the unit key.'
        ;;
esac
code=0
if [ "$failed" -ne 0 ]; then code=3; elif [ "$unchecked" -ne 0 ]; then code=4; fi
case $code in 0) echo "$all" ;; 3) echo "$bad" ;; 4) echo "$open" ;; esac
echo "$layer"
echo "$hash"
[ "$outside" -ne 0 ] || echo "$alone"
exit "$code"
