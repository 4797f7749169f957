#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Verify layer A of an evidence bundle: sh verify.sh [BUNDLE] --anchors DIR
# Needs a POSIX shell with its usual programs (those named at PROGRAMS) and openssl.
# Exit code: 0 all of layer A right, 3 a check failed, 4 something was NOT CHECKED.
# Compare the SHA-256 of this file with its published value before you run it.

set -u
LANGUAGE_OF_USER=${LC_ALL:-${LANG:-C}}
LC_ALL=C
export LC_ALL
unset CDPATH GREP_OPTIONS
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
if [ -z "$bundle" ]; then
    case $0 in */*) bundle=${0%/*} ;; *) bundle=. ;; esac
fi
if [ -n "$anchors" ]; then
    anchors=$(cd -- "$anchors" 2>/dev/null && pwd) || usage
fi
cd -- "$bundle" 2>/dev/null || usage

# A program that lies in the bundle must never run: only absolute folders outside of it are left.
here=$(pwd -P) programs=''
set -f
IFS=:
for folder in $PATH; do
    case $folder in /*) resolved=$(cd -- "$folder" 2>/dev/null && pwd -P) ;; *) continue ;; esac
    case $resolved in '' | "$here" | "$here"/*) continue ;; esac
    programs=${programs:+$programs:}$folder
done
unset IFS
set +f
PATH=$programs
export PATH
# Without one of these a check would have nothing to say, which looks like agreement.
PROGRAMS='base64 cat cmp comm cut find grep head mktemp od rm sed sort tail tr uniq wc xargs'
missing=''
for program in $PROGRAMS; do
    command -v "$program" >/dev/null 2>&1 || missing="$missing $program"
done

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
one_value() { # CHECK FILE: exactly one DER value, nothing behind it
    set -- "$1" "$2" $(od -A n -t u1 -N 6 "$2" 2>/dev/null) 0 0 0 0 0 0
    case $4 in
        129) due=$((3 + $5)) ;;
        130) due=$((4 + $5 * 256 + $6)) ;;
        131) due=$((5 + ($5 * 256 + $6) * 256 + $7)) ;;
        132) due=$((6 + (($5 * 256 + $6) * 256 + $7) * 256 + $8)) ;;
        *) due=$((2 + $4)) ;;
    esac
    if [ ! -f "$2" ] || [ "$3" -ne 48 ] || [ "$4" -eq 128 ] || [ "$4" -gt 132 ] ||
        [ "$due" -ne "$(wc -c < "$2" | tr -d ' ')" ]; then
        fault "$1" "$2: not exactly one DER value"
    fi
}
sha() { # SHA-256 of standard input, in hex
    if command -v sha256sum >/dev/null 2>&1; then
        sha256sum
    elif command -v shasum >/dev/null 2>&1; then
        shasum -a 256
    else
        openssl dgst -sha256 -r
    fi | cut -c 1-64
}
unbase64() { base64 -d 2>/dev/null || base64 -D 2>/dev/null; }

# ------------------------------------------------------------- conclusion
conclude() {
    case $LANGUAGE_OF_USER in
        es*)
            all='Se hicieron todas las comprobaciones de la capa A y son correctas.'
            bad='Al menos una comprobación FALLÓ: no confíe en este paquete.'
            open='Algo quedó SIN COMPROBAR: esto no es una confirmación.'
            layer='La capa B no se ejecutó aquí: python3 verify.py hace ambas capas.'
            hash='Compare el SHA-256 de este programa con su valor publicado.'
            alone='No se comparó ningún ancla externa: sin protección frente a quien tenga la clave de la unidad.'
            ;;
        pt*)
            all='Todas as verificações da camada A foram feitas e estão corretas.'
            bad='Pelo menos uma verificação FALHOU: não confie neste pacote.'
            open='Algo ficou SEM VERIFICAR: isto não é uma confirmação.'
            layer='A camada B não foi executada aqui: python3 verify.py faz as duas camadas.'
            hash='Compare o SHA-256 deste programa com o valor publicado.'
            alone='Nenhuma âncora externa foi comparada: sem proteção contra quem detém a chave da unidade.'
            ;;
        fr*)
            all='Tous les contrôles de la couche A ont été faits et sont concluants.'
            bad='Au moins un contrôle a ÉCHOUÉ : ne vous fiez pas à ce dossier.'
            open='Quelque chose N’A PAS ÉTÉ CONTRÔLÉ : ce n’est pas une confirmation.'
            layer='La couche B n’a pas été exécutée ici : python3 verify.py fait les deux couches.'
            hash='Comparez le SHA-256 de ce programme avec sa valeur publiée.'
            alone='Aucune ancre extérieure n’a été comparée : aucune protection contre le détenteur de la clé de l’unité.'
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
    # which bundle this was: a receipt of this output is tied to it
    named=none
    if [ -z "$missing" ] && [ -f seal/statement.json ] && [ ! -h seal ] && [ ! -h seal/statement.json ]; then
        named=$(echo seal/statement.json | digest 256 | cut -d ' ' -f 1)
    fi
    echo "statement sha256:$named"
    exit "$code"
}

if [ -n "$missing" ]; then
    skip names "programs that are not on this machine:$missing"
    conclude
fi
case ${TMPDIR:-} in /*) ;; *) TMPDIR=/tmp ;; esac
work=$(mktemp -d "$TMPDIR/verify.XXXXXX") || {
    skip names 'no folder for temporary files could be made'
    missing=mktemp
    conclude
}
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM

# ------------------------------------------------------------------ names
begin
find . ! -type f ! -type d 2> "$work/unread" | safe > "$work/odd"
if [ -s "$work/odd" ]; then
    # Reading a pipe, a device or a link could hang, or lead out of the bundle.
    faults names "$work/odd" 'neither a plain file nor a folder'
    conclude
fi
[ ! -s "$work/unread" ] || fault names 'a folder that cannot be read'
find . 2>/dev/null | sed 's,^\./,,' | grep -v '^\.$' > "$work/all"
{
    grep -v '^[A-Za-z0-9][A-Za-z0-9._-]*\(/[A-Za-z0-9][A-Za-z0-9._-]*\)*$' "$work/all"
    grep '[^/]\{121\}' "$work/all"
    find . -name '*
*' 2>/dev/null
} | safe > "$work/bad"
faults names "$work/bad" 'a name that a bundle does not use'
tr 'A-Z' 'a-z' < "$work/all" | sort | uniq -d | safe > "$work/twice"
faults names "$work/twice" 'differs from another name by case only'
sed -n 's,/[^/]*$,,p' "$work/all" | sort -u > "$work/parents"
find . -type d 2>/dev/null | sed 's,^\./,,' | grep -v '^\.$' | sort |
    comm -23 - "$work/parents" | safe > "$work/empty"
faults names "$work/empty" 'an empty folder'
find . -type f ! -path '*
*' | sed 's,^\./,,' | sort |
    grep '^[A-Za-z0-9][A-Za-z0-9._-]\{0,119\}\(/[A-Za-z0-9][A-Za-z0-9._-]\{0,119\}\)*$' > "$work/files"
grep -c . "$work/files" > "$work/number" || :
right names "$(cat "$work/number") files"

# ------------------------------------------------------------------ files
begin
printf 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n' > "$work/bagit"
cmp -s bagit.txt "$work/bagit" || fault files 'bagit.txt: not the declaration of BagIt 1.0'
[ ! -f fetch.txt ] || fault files 'fetch.txt: a bundle fetches nothing'
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
            : > "$work/$list"
            fault files "$list: a line is malformed, repeated or out of order"
            continue
        fi
        comm -23 "$work/$list" "$work/$kind.here" > "$work/missing"
        faults files "$work/missing" "missing, but in $list"
        comm -13 "$work/$list" "$work/$kind.here" | safe > "$work/extra"
        faults files "$work/extra" "extra, not in $list"
    done
done
# every name that a file of a bundle can have: what the builder writes, and nothing else
ids=data/custody/records.txt
sed -n 's/^[^ ]* \([a-z_]*\).*/\1/p' "$ids" 2>/dev/null | sort -u |
    grep -v -x -e authorization -e retention -e received_item -e received_capture \
        -e verification_receipt -e capture -e coverage_estimate -e block -e transaction -e tag \
        -e cluster -e trace -e cash_out_point | sed 's,.*,data/extraction/&.jsonl,' > "$work/kinds"
redactions='^$'
[ ! -f data/custody/withheld.jsonl ] || redactions='data/redactions/R\{0,1\}[0-9]\{4,\}/'
exhibit='data/exhibits/[0-9]\{4,\}/' received='data/received/R[0-9]\{4,\}/' coverage='data/crawl/coverage\.'
grep -v -x -e 'fetch\.txt' -e 'bagit\.txt' -e 'bag-info\.txt' -e 'expected\.txt' \
    -e 'manifest-sha256\.txt' -e 'manifest-sha512\.txt' \
    -e 'tagmanifest-sha256\.txt' -e 'tagmanifest-sha512\.txt' \
    -e 'VERIFY\.[a-z]\{2\}\.md' -e 'LIMITS\.[a-z]\{2\}\.md' -e 'verify\.sh' -e 'verify\.py' \
    -e 'seal/statement\.json' -e 'seal/statement\.json\.p7s' -e 'seal/checkpoint\.note' \
    -e 'seal/sbom\.json' -e 'seal/build-environment\.json' -e 'seal/time\.json' \
    -e 'seal/keys/[A-Za-z0-9._-]*' -e 'seal/witness/[A-Za-z0-9_-]*\.note' \
    -e 'seal/stamps/[A-Za-z0-9_-]*\.ts[qr]' \
    -e 'seal/stamps/[a-z0-9][a-z0-9-]\{0,31\}/stamp\.ts[qr]' \
    -e 'seal/stamps/[a-z0-9][a-z0-9-]\{0,31\}/chain-[0-9]\.cer' \
    -e 'seal/stamps/[a-z0-9][a-z0-9-]\{0,31\}/revocation-[0-9]\{1,3\}\.crl' \
    -e 'seal/stamps/[a-z0-9][a-z0-9-]\{0,31\}/revocation-[0-9]\{1,3\}\.ocsp' \
    -e 'data/captures/[A-Za-z0-9._-]*\.warc\.gz' \
    -e 'data/crawl/capture\.jsonl' -e 'data/crawl/coverage_estimate\.jsonl' \
    -e 'data/crawl/not-included\.jsonl' -e "${coverage}json" -e "${coverage}[a-z]\\{2\\}\\.txt" \
    -e 'data/origin/[a-z2-7]\{56\}\.onion/[A-Za-z0-9._-]*\.descriptor' \
    -e 'data/origin/[a-z2-7]\{56\}\.onion/[A-Za-z0-9._-]*\.json' \
    -e 'data/custody/events\.jsonl' -e 'data/custody/proofs/[0-9]\{4,\}\.tlog-proof' \
    -e 'data/custody/previous\.note' -e 'data/custody/consistency\.txt' \
    -e 'data/custody/records\.txt' -e 'data/custody/disposed\.txt' -e 'data/custody/withheld\.jsonl' \
    -e 'data/received/received_item\.jsonl' -e 'data/received/received_capture\.jsonl' \
    -e 'data/received/verification_receipt\.jsonl' -e 'data/received/index\.csv' \
    -e "${received}content" -e "${received}received\\.json" -e "${received}sheet\\.[a-z]\\{2\\}\\.txt" \
    -e 'data/authority/authorization\.jsonl' -e 'data/authority/retention\.jsonl' \
    -e 'data/ledger/block\.jsonl' -e 'data/ledger/transaction\.jsonl' -e 'data/ledger/tag\.jsonl' \
    -e 'data/ledger/cluster\.jsonl' -e 'data/ledger/trace\.jsonl' \
    -e 'data/ledger/cash_out_point\.jsonl' -e 'data/ledger/cash-outs\.csv' \
    -e 'data/ledger/rates/[0-9a-f]\{32\}\.csv' -e 'data/graph/case\.graphml' \
    -e 'data/ledger/chain/[0-9a-f]\{32\}\.dat' -e 'data/ledger/chain/[0-9a-f]\{32\}\.jsonl' \
    -e 'data/exhibits/index\.csv' -e "${exhibit}exhibit\\.json" -e "${exhibit}text\\.txt" \
    -e "${exhibit}sheet\\.[a-z]\\{2\\}\\.txt" -e "${exhibit}sheet\\.[a-z]\\{2\\}\\.pdf" \
    -e "${exhibit}[A-Za-z0-9_-]*\\.png" \
    -e 'data/report/report\.[a-z]\{2\}\.txt' -e 'data/report/report\.[a-z]\{2\}\.pdf' \
    -e "${redactions}text\\.txt" -e "${redactions}redaction\\.json" "$work/files" |
    sort | comm -23 - "$work/kinds" > "$work/strays"
if [ -f data/custody/withheld.jsonl ]; then
    grep -v -x 'data/redactions/records\.jsonl' "$work/strays" > "$work/list"
    cat "$work/list" > "$work/strays"
fi
faults files "$work/strays" 'a file that no bundle of this format holds'
total=0
if [ -s "$work/manifest.here" ]; then
    xargs wc -c < "$work/manifest.here" 2>/dev/null | grep -v ' total$' > "$work/sizes"
    while read -r number _; do total=$((total + number)); done < "$work/sizes"
fi
if [ "$(grep -c '^Payload-Oxum: ' bag-info.txt 2>/dev/null)" != 1 ] ||
    ! grep -q -x "Payload-Oxum: $total.$(count "$work/manifest.here")" bag-info.txt; then
    fault files 'bag-info.txt: its Payload-Oxum is not the size of the payload'
fi
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
statement=seal/statement.json wellformed=1
if [ -f "$statement" ] && [ "$(wc -c < "$statement")" -gt 16777216 ]; then
    fault statement "$statement: too large" # a line of it would fill the memory
    wellformed=0
elif [ -f "$statement" ] && [ ! -h "$statement" ]; then
    sed -n '/^"files": {$/,/^}/s/^"\([A-Za-z0-9._/-]*\)": "\([0-9a-f]\{64\}\)",\{0,1\}$/\2  \1/p' \
        "$statement" | sort > "$work/stated"
    sed -n 's/^"\([^"]*\)": .*/\1/p' "$statement" | sort | uniq -d > "$work/list"
    if [ -s "$work/list" ] || ! tr -d '\0' < "$statement" | cmp -s - "$statement" ||
        grep -q -v -x -e '[]{}],\{0,1\}' -e '"[a-z_]*": [{[]' -e '"[^"\\]*",\{0,1\}' \
            -e '"[^"\\]*": "[^"\\]*",\{0,1\}' -e '"[^"\\]*": [0-9]\{1,20\},\{0,1\}' -e '{' "$statement"; then
        fault statement "$statement: a line is malformed, or a key stands there twice"
        wellformed=0
    fi
    grep -q '^"format": "vestigo-statement-1",\{0,1\}$' "$statement" ||
        fault statement "$statement: a format that this verifier does not know"
    grep -v -e '^seal/statement\.json$' -e '^seal/statement\.json\.p7s$' \
        -e '^seal/stamps/[A-Za-z0-9_-]*\.ts[qr]$' \
        -e '^seal/stamps/[a-z0-9][a-z0-9-]\{0,31\}/stamp\.ts[qr]$' \
        -e '^seal/stamps/[a-z0-9][a-z0-9-]\{0,31\}/chain-[0-9]\.cer$' \
        -e '^seal/stamps/[a-z0-9][a-z0-9-]\{0,31\}/revocation-[0-9]\{1,3\}\.crl$' \
        -e '^seal/stamps/[a-z0-9][a-z0-9-]\{0,31\}/revocation-[0-9]\{1,3\}\.ocsp$' -e '^seal/witness/[A-Za-z0-9_-]*\.note$' \
        "$work/tagmanifest.here" |
        grep '^[A-Za-z0-9][A-Za-z0-9._/-]*$' > "$work/due"
    digest 256 < "$work/due" 2>/dev/null | sort > "$work/computed"
    cut -d ' ' -f 3- "$work/stated" | sort > "$work/statednames"
    uniq -d "$work/statednames" > "$work/list"
    faults statement "$work/list" 'twice in the statement'
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

# ---------------------------------------------------------------- openssl
verify_cms() { # SIGNATURE CONTENT CERTIFICATE
    openssl cms -verify -binary -inform DER -in "$1" -content "$2" -nointern -certfile "$3" \
        -CAfile "$3" -purpose any -no_check_time -out /dev/null > "$work/said" 2>&1 < /dev/null
}
verify_ed25519() { # SIGNATURE CONTENT KEY
    openssl pkeyutl -verify -pubin -inkey "$3" -rawin -in "$2" -sigfile "$1" \
        > "$work/said" 2>&1 < /dev/null
}
verify_stamp() { # STAMP CONTENT ROOTS BETWEEN OPTION SECOND [MORE]: at that time, not now
    openssl ts -verify "$5" "$2" -in "$1" -CAfile "$3" -untrusted "$4" -partial_chain \
        -attime "$6" ${7:+"$7"} > "$work/said" 2>&1 < /dev/null
}
fit_stamps() { # openssl judges a stamp by its own time (22 November 2026), and refuses a wrong one
    cat > "$work/key" <<'END'
-----BEGIN CERTIFICATE-----
MIIBUDCB9qADAgECAgEHMAoGCCqGSM49BAMCMBQxEjAQBgNVBAMMCXNlbGYtdGVz
dDAeFw0yNjExMjIwMDAwMDBaFw0yNjExMjMwMDAwMDBaMBQxEjAQBgNVBAMMCXNl
bGYtdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABASQlKcQC/vIs0MsQKon
CxTmvqb8UlqHs+NsLpGqNOJOTMFQEbrR7RnlUAigw5/TzZaRmio6+Wa5lAwebfWq
pjWjOTA3MBYGA1UdJQEB/wQMMAoGCCsGAQUFBwMIMB0GA1UdDgQWBBTnnpm8xWpD
C+aREqud8vEfCFpEPTAKBggqhkjOPQQDAgNJADBGAiEA45nBve1H3y6US/0+nYCD
zGenM29L8AoeyDcU/WFnwPgCIQCB4ZBr4h1Ij+TfQk2/oH5PIKskJvwXeQvuhG1U
GzxyOw==
-----END CERTIFICATE-----
END
    unbase64 > "$work/sample" <<'END'
MIIBxDADAgEAMIIBuwYJKoZIhvcNAQcCoIIBrDCCAagCAQMxDzANBglghkgBZQMEAgEFADBhBgsqhkiG9w0BCRABBKBSBFAw
TgIBAQYCKgMwMTANBglghkgBZQMEAgEFAAQg7/ch5lnX85tuJoxJ0g+yl02Fp1j3C61WefGxdIrgHS4CAQIYDzIwMjYxMTIy
MDkyODM5WjGCAS0wggEpAgEBMBkwFDESMBAGA1UEAwwJc2VsZi10ZXN0AgEHMA0GCWCGSAFlAwQCAQUAoIGkMBoGCSqGSIb3
DQEJAzENBgsqhkiG9w0BCRABBDAcBgkqhkiG9w0BCQUxDxcNMjYxMTIyMDkyODM5WjAvBgkqhkiG9w0BCQQxIgQgjLyRvaOl
ZGnKIhQVrs0KOsUnS9zKiQRvyfyIssjJX3UwNwYLKoZIhvcNAQkQAi8xKDAmMCQwIgQg1xVXGI/hSi0kisPw7FiPc1CN+IQl
h0xm4C8nyqDv8G4wCgYIKoZIzj0EAwIERzBFAiEA3hV3OSFdzRsxaUm+pmNVdpvAqch8tlJCSoOEam/2FpcCIGBh491GE+fK
GERfnR4QUclJx/t8btzl2mu3Ctif/ad+
END
    verify_stamp "$work/sample" "$work/content" "$work/key" "$work/key" -data 1795339719 || return 1
    if verify_stamp "$work/sample" "$work/other" "$work/key" "$work/key" -data 1795339719 ||
        verify_stamp "$work/sample" "$work/content" "$work/key" "$work/key" -data 1795739719; then
        return 1
    fi
}
fit() { # verify_cms or verify_ed25519: openssl accepts a right signature and refuses a wrong one
    printf 'self-test\n' > "$work/content"
    printf 'xself-test\n' > "$work/other"
    if [ "$1" = verify_stamp ]; then
        fit_stamps
        return
    elif [ "$1" = verify_cms ]; then
        cat > "$work/key" <<'END'
-----BEGIN CERTIFICATE-----
MIIBazCCARGgAwIBAgIUNUJu19xgm6AxzpuDTcJeUDdbI14wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJc2VsZi10ZXN0MCAXDTI1MTIzMTAwMDAwMFoYDzIwNTAxMjI1
MDAwMDAwWjAUMRIwEAYDVQQDDAlzZWxmLXRlc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARwDALlnq6V5n49iHdIGqM6Dc0VdVNjpukNl58G0Xq1f5s2Xk2wVIE5
wJao/nrKtknodbBOfcgCANKjSZllxAmFoz8wPTAMBgNVHRMBAf8EAjAAMA4GA1Ud
DwEB/wQEAwIGwDAdBgNVHQ4EFgQU+rp0maQ0p0pC6Bn4UVxH9jpdJUEwCgYIKoZI
zj0EAwIDSAAwRQIgbNtQ2zzYc/i5Byn3EPOHZX1YpG88xI6pZSRe3i8FcGgCIQDi
Ag8ggYqPvhiV4no5jRSubEAGLA1eXnO+tB14VSjTKQ==
-----END CERTIFICATE-----
END
        unbase64 > "$work/sample" <<'END'
MIIBdQYJKoZIhvcNAQcCoIIBZjCCAWICAQExDzANBglghkgBZQMEAgEFADALBgkqhkiG9w0BBwExggE9MIIBOQIBATAsMBQx
EjAQBgNVBAMMCXNlbGYtdGVzdAIUNUJu19xgm6AxzpuDTcJeUDdbI14wDQYJYIZIAWUDBAIBBQCggaEwGAYJKoZIhvcNAQkD
MQsGCSqGSIb3DQEHATAcBgkqhkiG9w0BCQUxDxcNMjYxMTIxMjMyNjU0WjAvBgkqhkiG9w0BCQQxIgQg7/ch5lnX85tuJoxJ
0g+yl02Fp1j3C61WefGxdIrgHS4wNgYJKoZIhvcNAQkPMSkwJzALBglghkgBZQMEASowCwYJYIZIAWUDBAEWMAsGCWCGSAFl
AwQBAjAKBggqhkjOPQQDAgRHMEUCIQDCGZLIzvIX72Tomr1wDMpHioIA/Ge1Uk64yev+s7VTPwIgHYvZ3t8bN87GdO85mLlZ
RsKmajnrrnMZFRawT1Ah5SU=
END
    else
        cat > "$work/key" <<'END'
-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAUa3TDjfie+29R0rs8Z1JvRQoWIeayxHPL0ESskl/jX4=
-----END PUBLIC KEY-----
END
        unbase64 > "$work/sample" <<'END'
W4RuBTWGM43Z2VkhSaDHfjKDfGKQZietv5xCUfL6A3u31AvoipkGnMmwpkTUP5ebV8p5iAewO9+FCqJvx6sJBg==
END
    fi
    "$1" "$work/sample" "$work/content" "$work/key" || return 1
    if "$1" "$work/sample" "$work/other" "$work/key"; then return 1; fi
}
usable() { # CHECK ANCHOR [VERIFY]: a fit openssl and the anchor are there
    if ! command -v openssl >/dev/null 2>&1; then
        skip "$1" 'the openssl program is not there'
    elif [ -z "$anchors" ]; then
        skip "$1" 'no --anchors: the key must come from elsewhere than the bundle'
    elif [ ! -f "$anchors/$2" ]; then
        skip "$1" "$2 is not among the anchors"
    elif [ $# -gt 2 ] && ! fit "$3"; then
        skip "$1" 'the installed openssl cannot check such signatures (3.0 or later can)'
    else
        return 0
    fi
    return 1
}
own_key() { # the key of the log, whose name is the origin: base64 of its type and 32 bytes
    { printf '\001'; sed '/^-/d' "$anchors/checkpoint.pem" | unbase64 | tail -c 32; } |
        base64 | tr -d '\n'
}
note_signed() { # NOTE NAME KEY: 0 signed, 1 no line names the key, 2 one that does is wrong
    # KEY is base64 of the type (1 a log, 4 a witness) and 32 bytes; leaves the second in $moment
    printf '%s' "$3" | unbase64 > "$work/typed"
    { printf '%s\n' "$2"; cat "$work/typed"; } > "$work/named"
    id=$(sha < "$work/named" | cut -c 1-8)
    {
        echo '-----BEGIN PUBLIC KEY-----'
        printf 'MCowBQYDK2VwAyEA'
        tail -c 32 "$work/typed" | base64
        echo '-----END PUBLIC KEY-----'
    } > "$work/public"
    [ -f "$1" ] || return 1
    sed '/^$/,$d' "$1" > "$work/text"
    sed -n 's/^— \([^ ]*\) \([^ ]*\)$/\1 \2/p' "$1" | head -n 20 > "$work/lines"
    found=1
    while read -r signer line; do
        [ "$signer" = "$2" ] || continue
        printf '%s\n' "$line" | unbase64 > "$work/signed"
        [ "$(od -A n -v -t x1 -N 4 "$work/signed" | tr -d ' \n')" = "$id" ] || continue
        tail -c +5 "$work/signed" > "$work/signature"
        cat "$work/text" > "$work/message"
        if [ "$(od -A n -t u1 -N 1 "$work/typed" | tr -d ' ')" -eq 4 ]; then
            moment=0
            for byte in $(od -A n -v -t u1 -j 4 -N 8 "$work/signed"); do
                moment=$((moment * 256 + byte))
            done
            printf 'cosignature/v1\ntime %s\n' "$moment" | cat - "$work/text" > "$work/message"
            tail -c +13 "$work/signed" > "$work/signature"
        fi
        verify_ed25519 "$work/signature" "$work/message" "$work/public" || return 2
        found=0
    done < "$work/lines"
    return "$found"
}

# ------------------------------------------------------------------- keys
# chain: one line for each key of the log, "KEY UNTIL ID"; KEY is base64 of its type and 32 bytes
vkey_of() { # NAME KEY: leaves the key as notes name it in $vkey and its eight digits in $digits
    printf '%s' "$2" | unbase64 > "$work/typed"
    digits=$({ printf '%s\n' "$1"; cat "$work/typed"; } | sha | cut -c 1-8)
    vkey=$1+$digits+$2
}
line_of() { sed -n "$1p" "$2" 2>/dev/null; }
told() { # NOTE HEAD LINES: a note on keys of this form
    [ "$(line_of 1 "$1")" = "$2" ] && [ "$(sed '/^$/,$d' "$1" | wc -l)" -eq "$3" ] || return 1
    case $(line_of 3 "$1") in '' | *[!0-9]* | ????????????????*) return 1 ;; esac
}
key_named() { # VKEY: a log key; leaves its name in $signer and its bytes in $typed, in base64
    signer=${1%%+*} typed=${1#*+}
    typed=${typed#*+}
    vkey_of "$signer" "$typed"
    [ "$vkey" = "$1" ] && [ "$(od -A n -t u1 -N 1 "$work/typed" | tr -d ' ')" = 1 ] &&
        [ "$(wc -c < "$work/typed" | tr -d ' ')" -eq 33 ]
}
certificate_of() { printf '%s' "$1" | unbase64 | openssl x509 -inform DER 2>/dev/null; } # as PEM
follow() { # HAND-OVER: takes its key, or leaves in $why what breaks the chain
    why='no note on keys of this form'
    told "$1" vestigo/handover/v1 10 || return
    key_named "$(line_of 8 "$1")" || return
    next=$typed nextid=$digits number=$(line_of 6 "$1") cms=${1%.note}
    why='out of number'
    [ "$1" = "seal/keys/handover-$(printf '%04d' $((taken + 1))).note" ] || return
    [ "$number" = "$((taken + 1))" ] || return
    why='a hand-over of another log'
    [ "$(line_of 2 "$1")" = "$origin" ] && [ "$signer" = "$origin" ] || return
    why='does not begin at the key before it'
    vkey_of "$origin" "$key"
    [ "$(line_of 7 "$1")" = "$vkey" ] && [ "$(line_of 9 "$1")" = "$unit" ] || return
    keyid=$digits
    why='not signed by the key before it'
    note_signed "$1" "$origin" "$key" || return
    why='not signed by the key that it names'
    note_signed "$1" "$origin" "$next" || return
    why='not signed by the certificate before it'
    certificate_of "$unit" > "$work/unit.pem"
    verify_cms "$cms.old.p7s" "$1" "$work/unit.pem" || return
    why='not signed by the certificate that it names'
    certificate_of "$(line_of 10 "$1")" > "$work/unit.pem"
    verify_cms "$cms.new.p7s" "$1" "$work/unit.pem" || return
    why=''
    printf '%s %s %s\n' "$1" "$keyid" "$(line_of 5 "$1")" >> "$work/links"
    printf '%s %s %s\n' "$key" "$(line_of 3 "$1")" "$keyid" >> "$work/chain"
    key=$next keyid=$nextid unit=$(line_of 10 "$1") taken=$((taken + 1))
}
take_operator() { # NOTE: takes the key of an operator, or leaves in $why what is wrong
    why='no note on keys of this form'
    told "$1" vestigo/operator/v1 6 && key_named "$(line_of 6 "$1")" || return
    who=${1#seal/keys/operator-} operator=$typed own=$digits
    why='of another log, or another name'
    [ "$(line_of 2 "$1")" = "$origin" ] && [ "$signer" = "vestigo/operator/${who%.note}" ] || return
    who=$signer
    why='not signed by the key that it names'
    note_signed "$1" "$who" "$operator" || return
    why='not named by a key of the log'
    while read -r one _ by; do
        note_signed "$1" "$origin" "$one" || continue
        why=''
        printf '%s %s %s\n' "$1" "$by" "$(line_of 5 "$1")" >> "$work/links"
        break
    done < "$work/chain"
    [ -n "$why" ] || printf '%s %s %s\n' "$who" "$own" "$operator" >> "$work/operators"
}
begin
note=seal/checkpoint.note events=data/custody/events.jsonl
[ -f "$note" ] || fault keys "$note: missing"
if [ ! -f "$events" ] || [ -n "$(tail -c 1 "$events" | tr -d '\n')" ]; then
    fault keys "$events: missing, or a line is cut"
fi
origin=$(sed -n 1p "$note" 2>/dev/null)
size=$(sed -n 2p "$note" 2>/dev/null)
case $size in '' | *[!0-9]*) size=none ;; esac
sized=$size
case $size in none | ????????????????*) sized=0 ;; esac
: > "$work/chain" && : > "$work/links" && : > "$work/operators" && : > "$work/here"
key='' unit='' taken=1 keyid=''
[ -z "$anchors" ] || [ ! -f "$anchors/checkpoint.pem" ] || key=$(own_key)
[ -z "$anchors" ] || [ ! -f "$anchors/unit.pem" ] || unit=$(sed '/^-/d' "$anchors/unit.pem" | tr -d '\r\n')
[ -z "$key" ] || { vkey_of "$origin" "$key"; keyid=$digits; }
grep '^seal/keys/' "$work/files" > "$work/keyfiles"
grep '\.note$' "$work/keyfiles" > "$work/keynotes"
grep '/handover-' "$work/keynotes" > "$work/handovers"
grep -v -x -e 'seal/keys/handover-[0-9]\{4\}\.note' -e 'seal/keys/handover-[0-9]\{4\}\.old\.p7s' \
    -e 'seal/keys/handover-[0-9]\{4\}\.new\.p7s' -e 'seal/keys/revoked\.txt' \
    -e 'seal/keys/operator-[a-z0-9][a-z0-9-]\{0,31\}\.note' "$work/keyfiles" > "$work/list"
faults keys "$work/list" 'no file of the keys'
while IFS= read -r name; do
    case $name in *.p7s) one_value keys "$name" ;; esac
done < "$work/keyfiles"
manykeys=0
if [ "$(count "$work/keynotes")" -gt 200 ]; then
    fault keys 'seal/keys: more keys than a log has'
    head -n 200 "$work/keynotes" > "$work/list" && cat "$work/list" > "$work/keynotes"
    manykeys=1
fi
while IFS= read -r name; do
    printf '%s %s\n' "$(sha < "$name")" "$name" >> "$work/here"
done < "$work/keynotes"
if grep -q -x 'seal/keys/revoked\.txt' "$work/keyfiles"; then
    while IFS= read -r line; do printf '%s\n' "$line" | sha; done < seal/keys/revoked.txt >> "$work/here"
fi
grep -n -e '"reason":"keys rotated"' -e '"reason":"operator key added"' -e '"reason":"key revoked"' \
    "$events" 2>/dev/null |
    sed -n 's/^\([0-9]*\):.*"object_sha256":"\([0-9a-f]\{64\}\)".*"reason":"\([a-z ]*\)".*/\1 \2 \3/p' \
        > "$work/keyevents"
if [ "$(count "$work/keyevents")" -gt 1000 ]; then
    fault keys 'seal/keys: more changes of keys than a log has'
    head -n 1000 "$work/keyevents" > "$work/list" && cat "$work/list" > "$work/keyevents"
fi
while read -r number line name; do
    grep -q "^$line" "$work/here" || fault keys "event $number: $name, but seal/keys does not hold it"
done < "$work/keyevents"
while read -r line name; do
    [ -n "$name" ] && ! grep -q "^[0-9]* $line " "$work/keyevents" || continue
    number=$(line_of 3 "$name")
    case $number in '' | *[!0-9]* | ????????????????*) number=0 ;; esac
    [ "$number" -ge "$sized" ] || fault keys "$name: the log has no event of it"
done < "$work/here"
find "${anchors:-/nonexistent}" -maxdepth 1 -name 'handover-*.note' 2>/dev/null | sort > "$work/list"
while IFS= read -r path; do
    name=seal/keys/${path##*/}
    [ "$(line_of 2 "$path")" = "$origin" ] || continue
    if grep -q -F -x "$name" "$work/handovers"; then
        cmp -s "$path" "$name" || fault keys "$name: not the ${path##*/} that came from outside"
    else
        number=$(line_of 3 "$path")
        case $number in '' | *[!0-9]* | ????????????????*) number=0 ;; esac
        [ "$number" -ge "$sized" ] ||
            fault keys "$name: not here: the keys were handed over before this bundle"
    fi
done < "$work/list"
if [ "$manykeys" -eq 0 ] && [ -s "$work/keynotes" ] && usable keys checkpoint.pem verify_ed25519 && usable keys unit.pem verify_cms; then
    why=''
    while IFS= read -r name; do
        [ -n "$why" ] || {
            follow "$name"
            [ -z "$why" ] || fault keys "$name: $why"
        }
    done < "$work/handovers"
    [ -z "$key" ] || printf '%s - %s\n' "$key" "$keyid" >> "$work/chain"
    grep '/operator-' "$work/keynotes" > "$work/list"
    while IFS= read -r name; do
        take_operator "$name"
        [ -z "$why" ] || fault keys "$name: $why"
    done < "$work/list"
else
    [ -z "$key" ] || printf '%s - %s\n' "$key" "$keyid" >> "$work/chain"
fi
if [ -s "$work/keynotes" ]; then
    right keys "handed over: $(count "$work/handovers"), each by the key before it; operators: $(count "$work/operators")"
else
    right keys 'never handed over'
fi

# -------------------------------------------------------------- signature
begin
signature=seal/statement.json.p7s
one_value signature "$signature"
if usable signature unit.pem verify_cms; then
    certificate_of "$unit" > "$work/unit.pem"
    verify_cms "$signature" "$statement" "$work/unit.pem" ||
        fault signature "$signature: not signed by the unit: $(head -n 1 "$work/said" | tr -c ' -~\n' '?')"
fi
right signature "the statement is signed by the unit's certificate"

# ------------------------------------------------------------- checkpoint
begin
root=$(sed -n 3p "$note" 2>/dev/null | unbase64 | od -A n -t x1 | tr -d ' \n')
stated() { grep -q -F -x -e "$1" -e "$1," "$statement" 2>/dev/null; }
if [ "$wellformed" -eq 0 ] || ! stated "\"origin\": \"$origin\"" || ! stated "\"root\": \"$root\"" ||
    ! stated "\"size\": $size"; then
    fault checkpoint "$note: not the checkpoint of the statement"
fi
kept=$anchors/checkpoint-$size.note
if [ -n "$anchors" ] && [ -f "$kept" ]; then
    head -n 3 "$kept" > "$work/kept"
    if head -n 3 "$note" 2>/dev/null | cmp -s - "$work/kept"; then
        outside=1
    else
        fault checkpoint "$note: not the log of checkpoint-$size.note, which came from outside"
    fi
fi
signer() { # CHECK NOTE SIZE: by a key of the log that was in use at this size
    sed -n '1!G;h;$p' "$work/chain" > "$work/reversed"
    while read -r one until _; do
        note_signed "$2" "$origin" "$one" 2>/dev/null || continue
        [ "$until" = - ] || [ "$3" -le "$until" ] ||
            fault "$1" "$2: signed by a key that was handed over before"
        return
    done < "$work/reversed"
    fault "$1" "$2: not signed by the checkpoint key"
}
if usable checkpoint checkpoint.pem verify_ed25519; then
    signer checkpoint "$note" "$sized"
    sed -n 's,^— \(vestigo/operator/[^ ]*\) \([^ ]*\)$,\1 \2,p' "$note" 2>/dev/null | head -n 20 > "$work/signed.by"
    while read -r who line; do
        id=$(printf '%s\n' "$line" | unbase64 | od -A n -v -t x1 -N 4 | tr -d ' \n')
        operator=''
        while read -r one digits typed; do
            [ "$one $digits" != "$who $id" ] || operator=$typed
        done < "$work/operators"
        if [ -z "$operator" ]; then
            fault checkpoint "$note: a line by an operator whom the unit did not name"
        elif ! note_signed "$note" "$who" "$operator"; then
            fault checkpoint "$note: the line by $who is wrong"
        fi
    done < "$work/signed.by"
fi
right checkpoint "$size events, signed"

# ---------------------------------------------------------------- revoked
is_before() { # A B: both as 2026-11-22T12:00:00Z
    [ "$1" != "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort | head -n 1)" = "$1" ]
}
doubt() { # WHERE KEY STATED SINCE KNOWN: signed since the key was revoked, or perhaps later
    if ! is_before "$3" "$4"; then
        fault revoked "$1: doubtful: key $2 signed at $3, revoked since $4"
    elif [ "$5" = no ]; then
        skip revoked "$1: doubtful: nothing from outside shows that key $2 signed before $4"
    fi
}
since_of() { sed -n "s/^$1 //p" "$work/revoked" | head -n 1; }
begin
cat /dev/null "${anchors:-/nonexistent}/revoked.txt" 2>/dev/null > "$work/list"
! grep -q -x 'seal/keys/revoked\.txt' "$work/keyfiles" || cat seal/keys/revoked.txt >> "$work/list"
instant='[0-9]\{4\}-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]Z'
grep -v "^[0-9a-f]\{8\} $instant ." "$work/list" > "$work/odd"
while IFS= read -r _; do fault revoked 'revoked.txt: a line that is none'; done < "$work/odd"
grep "^[0-9a-f]\{8\} $instant ." "$work/list" | cut -d ' ' -f 1,2 | sort > "$work/revoked"
cut -d ' ' -f 1 "$work/revoked" | sort -u > "$work/gone"
if [ ! -s "$work/gone" ]; then
    right revoked 'no key is revoked'
elif [ "$(count "$work/chain")" -ne $(($(count "$work/handovers") + 1)) ]; then
    skip revoked 'keys are revoked, but who signed could not be followed'
else
    built=$(sed -n 's/^"built_at": "\(.\{19\}\).*/\1/p' "$statement")Z
    since=$(since_of "$keyid")
    if [ -n "$since" ]; then
        known=no
        ! grep -q -F -x "$(sha < "$statement")" "${anchors:-/nonexistent}/statements.sha256" 2>/dev/null || known=yes
        doubt "$statement" "$keyid" "$built" "$since" "$known"
    fi
    while read -r name id made; do
        since=$(since_of "$id")
        [ -z "$since" ] || cmp -s "$anchors/${name##*/}" "$name" || doubt "$name" "$id" "$made" "$since" no
    done < "$work/links"
    while read -r who id _; do
        since=$(since_of "$id")
        [ -z "$since" ] || ! grep -q -F "— $who " "$note" || doubt "$note" "$id" "$built" "$since" yes
    done < "$work/operators"
    right revoked "$(count "$work/gone") keys are revoked; nothing here rests on what they signed since"
fi

# ----------------------------------------------------------------- proofs
# Hashes are kept in lower hex; only the shell's own arithmetic turns them into bytes.
letters=ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/
hex_of() { # BASE64 of one hash: leaves it in $hex, or fails
    case $1 in *[!A-Za-z0-9+/=]* | *=?*) return 1 ;; esac
    [ ${#1} -eq 44 ] || return 1
    rest=${1%=}A hex=''
    while [ -n "$rest" ]; do
        group=0
        for _ in 1 2 3 4; do
            one=${rest%"${rest#?}"} rest=${rest#?}
            ahead=${letters%%"$one"*}
            group=$((group * 64 + ${#ahead}))
        done
        hex=$hex$(printf '%06x' "$group")
    done
    hex=${hex%??}
}
bytes_of() { # HEX: leaves it in $octal as printf reads it
    rest=$1 octal=''
    while [ -n "$rest" ]; do
        pair=$((0x${rest%"${rest#??}"})) rest=${rest#??}
        octal=$octal\\0$((pair / 64))$((pair / 8 % 8))$((pair % 8))
    done
}
node() { # LEFT RIGHT: leaves their parent in $above
    bytes_of "$1$2"
    above=$(printf '%b' "\\0001$octal" | sha)
}
step() { # one hash ($hex) of a path: RFC 9162, 2.1.3.2 and 2.1.4.2
    if [ "$last" -eq 0 ]; then
        return 1
    elif [ $((at % 2)) -eq 1 ] || [ "$at" -eq "$last" ]; then
        node "$hex" "$after" && after=$above
        [ -z "$before" ] || { node "$hex" "$before" && before=$above; }
        while [ $((at % 2)) -eq 0 ] && [ "$at" -ne 0 ]; do at=$((at / 2)) last=$((last / 2)); done
    else
        node "$after" "$hex" && after=$above
    fi
    at=$((at / 2)) last=$((last / 2))
}
path_of() { # FILE WORD: number and hashes of a proof that ends in this very checkpoint
    sed '1,/^$/d' "$1" | cmp -s - "$note" || return 1
    sed '/^$/,$d' "$1" | grep -v '^c2sp\.org/tlog-proof@v1$' > "$work/path"
    number=$(sed -n "1s/^$2 \\([0-9]\\{1,16\\}\\)\$/\\1/p" "$work/path")
    sed 1d "$work/path" > "$work/hashes"
    [ -n "$number" ] && [ "$(count "$work/hashes")" -lt 64 ]
}
included() { # the path in $work/hashes leads from $after to the root of the checkpoint
    at=$number last=$((size - 1)) before=''
    [ "$number" -lt "$size" ] || return 1
    while read -r line; do
        hex_of "$line" && step || return 1
    done < "$work/hashes"
    [ "$last" -eq 0 ] && [ "$after" = "$root" ]
}
consistent() { # OLD OLDROOT: the path leads from that earlier tree to the checkpoint
    if [ "$1" -eq "$size" ]; then [ ! -s "$work/hashes" ] && [ "$2" = "$root" ]; return; fi
    [ "$1" -gt 0 ] && [ "$1" -lt "$size" ] && [ -s "$work/hashes" ] || return 1
    at=$(($1 - 1)) last=$((size - 1)) before='' after='' power=1
    while [ "$power" -lt "$1" ]; do power=$((power * 2)); done
    [ "$power" -ne "$1" ] || before=$2
    after=$before
    while [ $((at % 2)) -eq 1 ]; do at=$((at / 2)) last=$((last / 2)); done
    while read -r line; do
        hex_of "$line" || return 1
        if [ -z "$before" ]; then before=$hex after=$hex; else step || return 1; fi
    done < "$work/hashes"
    [ "$last" -eq 0 ] && [ "$before" = "$2" ] && [ "$after" = "$root" ]
}
begin
later=0 proved=0
case $size in none | ??????????????????*) size=0 ;; esac
grep '^data/exhibits/[0-9]\{1,\}/exhibit\.json$' "$work/files" |
    sed 's,^data/exhibits/\([0-9]*\)/.*,\1,' > "$work/exhibits"
grep -n '"reason":"exhibit recorded"' "$events" 2>/dev/null > "$work/recorded"
sed -n 's/^\([0-9]*\):.*"exhibit":"\([0-9]*\)".*"object_sha256":"\([0-9a-f]*\)".*/\2 \1 \3/p' \
    "$work/recorded" > "$work/places"
sed -n 's,^data/custody/proofs/\([0-9]*\)\.tlog-proof$,\1,p' "$work/files" > "$work/proofs"
comm -23 "$work/proofs" "$work/exhibits" > "$work/list"
faults proofs "$work/list" 'a proof of no exhibit of this bundle'
while IFS= read -r exhibit; do
    place='' captured=''
    while read -r name line object; do
        [ "$name" != "$exhibit" ] || [ -n "$place" ] || { place=$line captured=$object; }
    done < "$work/places"
    proof=data/custody/proofs/$exhibit.tlog-proof
    if [ -z "$place" ]; then
        later=$((later + 1))
        [ ! -f "$proof" ] || fault proofs "$proof: a proof of no exhibit of this bundle"
    elif [ ! -f "$proof" ]; then
        fault proofs "$exhibit: an exhibit without its proof"
    elif ! path_of "$proof" index || [ "$number" -ne $((place - 1)) ] ||
        ! grep -q "^ *\"capture_id\": \"$captured\",*\$" "data/exhibits/$exhibit/exhibit.json"; then
        fault proofs "$proof: not the proof of the event that recorded the exhibit"
    else
        after=$({ printf '\000'; sed -n "${place}{p;q;}" "$events" | tr -d '\n'; } | sha)
        included || fault proofs "$proof: does not lead to the checkpoint"
        proved=$((proved + 1))
    fi
done < "$work/exhibits"
consistency=data/custody/consistency.txt earlier=data/custody/previous.note
due=$(grep '"reason":"bundle built"' "$events" 2>/dev/null | tail -n 1 |
    sed -n 's/.*"checkpoint":"\([0-9]\{1,16\}\)".*/\1/p')
if [ -z "$due" ]; then
    for name in "$consistency" "$earlier"; do
        [ ! -f "$name" ] || fault proofs "$name: there was no bundle before this one"
    done
    on='no earlier bundle'
elif grep -q -x 'Vestigo-Format-Version: 1' bag-info.txt && [ ! -f "$earlier" ]; then
    on="format 1 holds no proof from checkpoint $due"
else
    on="the log goes on from checkpoint $due"
    oldroot=''
    hex_of "$(sed -n 3p "$earlier" 2>/dev/null)" && oldroot=$hex
    if [ "$(sed -n 1p "$earlier" 2>/dev/null)" != "$origin" ] ||
        [ "$(sed -n 2p "$earlier" 2>/dev/null)" != "$due" ]; then
        fault proofs "$earlier: not the checkpoint $due of the bundle before this one"
    elif ! path_of "$consistency" old 2>/dev/null || [ "$number" -ne "$due" ] ||
        ! consistent "$due" "$oldroot"; then
        fault proofs "$consistency: the log does not go on from the bundle before this one"
    fi
    kept=$anchors/checkpoint-$due.note
    if [ -n "$anchors" ] && [ -f "$kept" ]; then
        head -n 3 "$kept" > "$work/kept"
        if head -n 3 "$earlier" 2>/dev/null | cmp -s - "$work/kept"; then
            [ "$broken" -ne 0 ] || outside=1
        else
            fault proofs "$earlier: not the log of checkpoint-$due.note, which came from outside"
        fi
    fi
    if usable proofs checkpoint.pem verify_ed25519; then
        signer proofs "$earlier" "$due"
    fi
fi
[ "$later" -eq 0 ] || on="$on; $later were recorded behind this checkpoint"
right proofs "$proved exhibits proved; $on"

# -------------------------------------------------------------- collected
begin
matching=0 unnamed=0 buried=0 late=0
if [ ! -f "$events" ] || [ -n "$(tail -c 1 "$events" | tr -d '\n')" ]; then
    fault collected "$events: missing, or a line is cut"
fi
# one line an event that names a digest: ACTION SHA256 NAME (no name: -)
sed -n -e 's/^{"action":"\([a-z]*\)",.*"exhibit":"\([^"]*\)".*"object_sha256":"\([0-9a-f]\{64\}\)".*/\1 \3 -\2/p' \
    "$events" 2>/dev/null > "$work/objects"
grep '^collection ' "$work/objects" | sed 's/^collection //' > "$work/gathered"
grep '^disposal ' "$work/objects" | sed 's/^disposal //' > "$work/destroyed"
if [ -f data/custody/disposed.txt ]; then
    while read -r line _; do
        grep -q "^$line " "$work/destroyed" || late=1
    done < data/custody/disposed.txt
fi
# the first event that names an archive counts, until an event says that part of it is gone
grep ' -[A-Za-z0-9._-]*\.warc\.gz$' "$work/gathered" > "$work/closed"
while read -r line name; do
    first=$(grep -F -- " $name" "$work/closed" | grep -x "[0-9a-f]* $name" | head -n 1)
    [ "${first%% *}" = "$line" ] || fault collected "${name#-}: another digest than when it was closed"
done < "$work/closed"
sort -u "$work/manifest-sha256.txt" "$work/manifest-sha512.txt" | comm -12 - "$work/manifest.here" |
    grep -e '^data/captures/' -e '^data/origin/' -e '^data/ledger/rates/' -e '^data/ledger/chain/' > "$work/due"
: > "$work/computed"
[ ! -s "$work/due" ] || digest 256 < "$work/due" 2>/dev/null > "$work/computed"
while read -r line name; do
    base=${name##*/}
    case $name in
        data/captures/*)
            last=$(grep -x "[0-9a-f]* -$base" "$work/closed" | head -n 1)
            if [ -z "$last" ]; then
                unnamed=$((unnamed + 1))
                grep -q -F "\"warc_name\":\"$base\"" data/crawl/capture.jsonl 2>/dev/null ||
                    fault collected "$name: no event of the log and no capture names it"
                continue
            fi
            gone=$(grep -x "[0-9a-f]* -$base" "$work/destroyed" | tail -n 1)
            [ -z "$gone" ] || { last=$gone buried=$((buried + 1)); }
            if [ "${last%% *}" = "$line" ]; then
                matching=$((matching + 1))
            elif [ "$late" -eq 1 ]; then
                skip collected "$name: not as the log says; a record in it was disposed of later"
            else
                fault collected "$name: not a file that the log names with this digest"
            fi
            continue ;;
        data/origin/*) grep -q -F -x -- "$line -${name#data/origin/}" "$work/gathered" ;;
        *)
            [ "${base%.*}" = "$(printf '%s' "$line" | cut -c 1-32)" ] &&
                grep -q "^[a-z]* $line " "$work/objects" ;;
    esac || { fault collected "$name: not a file that the log names with this digest"; continue; }
    matching=$((matching + 1))
done < "$work/computed"
# where a rate file of the log is not here, no price may have been converted by it
grep '"reason":"exchange rates"' "$events" 2>/dev/null |
    sed -n 's/.*"object_sha256":"\([0-9a-f]\{64\}\)".*/\1/p' | sort -u > "$work/logged"
grep '  data/ledger/rates/' "$work/computed" | cut -c 1-64 | sort -u > "$work/inside"
prices=data/extraction/unit_price.jsonl
if [ -f "$prices" ] && comm -23 "$work/logged" "$work/inside" | grep -q .; then
    sed -n 's/.*"rate_on":"\([0-9-]\{10\}\)".*/\1/p' "$prices" | sort -u > "$work/days"
    cat data/ledger/rates/*.csv > "$work/rates" 2>/dev/null || :
    while IFS= read -r line; do
        grep -q -F -- "$line" "$work/rates" ||
            fault collected "$prices: rests on rates of $line, which are not here"
    done < "$work/days"
fi
on="$matching files are those of the log"
[ "$buried" -eq 0 ] || on="$on, $buried with tombstones"
[ "$unnamed" -eq 0 ] || on="$on; $unnamed it does not name: still open then, or withheld"
right collected "$on"

# ---------------------------------------------------------------- witness
begin
cosigned=0
grep '^seal/witness/' "$work/files" > "$work/inside"
find "${anchors:-/nonexistent}" -maxdepth 1 -name 'witness-*.vkey' 2>/dev/null | sort > "$work/vkeys"
[ -f "$note" ] || fault witness "$note: missing"
sed '/^$/,$d' "$note" 2>/dev/null > "$work/own"
while IFS= read -r name; do
    sed '/^$/,$d' "$name" | cmp -s - "$work/own" ||
        fault witness "$name: a cosignature of another checkpoint"
done < "$work/inside"
first=$(head -n 1 "$work/vkeys")
if [ -z "$first" ]; then
    [ ! -s "$work/inside" ] || skip witness 'no key of a witness (witness-*.vkey) among the anchors'
elif usable witness "${first##*/}" verify_ed25519; then
    while IFS= read -r vkey; do
        line=$(head -n 1 "$vkey")
        name=${line%%+*}
        line=${line#*+}
        state=absent
        while IFS= read -r file; do
            note_signed "$file" "$name" "${line#*+}"
            case $?-$state in
                0-wrong | 1-*) ;;
                0-*) state=right ;;
                *) state=wrong ;;
            esac
        done < "$work/inside"
        case $state in
            right) cosigned=$((cosigned + 1)) ;;
            wrong) fault witness "seal/witness: the cosignature by $name is wrong" ;;
            *) skip witness "no cosignature by $name, whose key is among the anchors" ;;
        esac
    done < "$work/vkeys"
    [ "$broken" -ne 0 ] || outside=1
fi
if [ -s "$work/inside" ] || [ -s "$work/vkeys" ]; then
    right witness "$cosigned witnesses cosigned the checkpoint"
else
    right witness 'none: no outside witness'
fi

# ----------------------------------------------------------------- stamps
seconds_of() { # PREFIX FILE: sets moment to the time behind PREFIX (POSIX seconds), finer to 0 or 1
    line=$(sed -n "s/^$1\([A-Z][a-z][a-z] .*\) GMT\$/\1/p" "$2" | head -n 1 |
        grep '^[A-Z][a-z][a-z]  *[0-9][0-9]\{0,1\} [0-9][0-9]:[0-9][0-9]:[0-9][0-9]\(\.[0-9]*\)\{0,1\} [0-9]\{4\}$')
    set -- $line
    [ $# -eq 4 ] || return 1
    case $1 in
        Jan) m=1 ;; Feb) m=2 ;; Mar) m=3 ;; Apr) m=4 ;; May) m=5 ;; Jun) m=6 ;;
        Jul) m=7 ;; Aug) m=8 ;; Sep) m=9 ;; Oct) m=10 ;; Nov) m=11 ;; Dec) m=12 ;;
        *) return 1 ;;
    esac
    case $3 in *.*) finer=1 ;; *) finer=0 ;; esac
    clock=${3%.*} y=$4
    hour=${clock%%:*} second=${clock##*:} minute=${clock#*:}
    minute=${minute%:*}
    [ "$m" -gt 2 ] || y=$((y - 1))
    n=$((y / 400 * 146097 + y % 400 * 365 + y % 400 / 4 - y % 400 / 100 + (153 * ((m + 9) % 12) + 2) / 5 + $2 - 719469))
    moment=$((((n * 24 + ${hour#0}) * 60 + ${minute#0}) * 60 + ${second#0}))
}
accuracy_of() { # FILE: sets moment later by the stated error, both in whole seconds
    stated=$(sed -n 's/^Accuracy: //p' "$1" | head -n 1)
    total=0
    for unit in seconds:1000000 millis:1000 micros:1; do
        number=$(printf '%s,\n' "$stated" | sed -n "s/^\(.*, \)\{0,1\}\(0x[0-9A-F]\{1,8\}\) ${unit%:*},.*/\2/p")
        total=$((total + ${number:-0} * ${unit#*:}))
    done
    moment=$((moment + finer + (total + 999999) / 1000000))
}
shown() { # SECONDS: the moment in UTC
    n=$(($1 / 86400 + 719468)) t=$(($1 % 86400))
    era=$((n / 146097)) d=$((n % 146097))
    y=$(((d - d / 1460 + d / 36524 - d / 146096) / 365))
    d=$((d - (365 * y + y / 4 - y / 100)))
    m=$(((5 * d + 2) / 153))
    d=$((d - (153 * m + 2) / 5 + 1)) y=$((y + era * 400))
    if [ "$m" -lt 10 ]; then m=$((m + 3)); else m=$((m - 9)) y=$((y + 1)); fi
    printf '%04d-%02d-%02dT%02d:%02d:%02dZ\n' "$y" "$m" "$d" $((t / 3600)) $((t / 60 % 60)) $((t % 60))
}
why() { sed -n 's/.*Verify error:\([ -~]*\).*/: \1/p' "$work/said" | head -n 1; }
certificates() { # openssl WORDS: as PEM to between, as text to texts
    openssl "$@" >> "$work/between" 2>/dev/null < /dev/null
    openssl "$@" -text >> "$work/texts" 2>/dev/null < /dev/null
}
check_stamp() { # STAMP ROOTS: of this checkpoint, an answer to its request, good then, not revoked
    stamp=$1 roots=$2 request=${1%r}q folder=${1%/*}
    rm -f "$work/token"
    openssl ts -reply -in "$stamp" -token_out -out "$work/token" > /dev/null 2>&1 < /dev/null
    openssl ts -reply -in "$work/token" -token_in -text > "$work/stated" 2>/dev/null < /dev/null
    if [ ! -s "$work/token" ] || ! seconds_of 'Time stamp: ' "$work/stated"; then
        fault stamps "$stamp: no time stamp response"
        return
    fi
    at=$moment
    accuracy_of "$work/stated"
    cat "$roots" > "$work/between"
    : > "$work/texts"
    certificates pkcs7 -inform DER -in "$work/token" -print_certs
    case $stamp in
        seal/stamps/*/*)
            for file in "$folder"/chain-*.cer; do
                [ ! -f "$file" ] || certificates x509 -inform DER -in "$file"
            done ;;
    esac
    if ! verify_stamp "$stamp" "$note" "$roots" "$work/between" -data "$at" ||
        { [ -f "$request" ] && ! verify_stamp "$stamp" "$request" "$roots" "$work/between" -queryfile "$at"; }; then
        fault stamps "$stamp: no valid stamp of the checkpoint$(why)"
        return
    fi
    earlier=$moment
    check_revocation || return
    outside=1
    if [ -z "$last" ] || [ "$earlier" -lt "$last" ]; then last=$earlier; fi
}
check_revocation() { # every link must be covered by the lists beside the stamp, where a source is named
    cat "$roots" > "$work/store"
    lists=0
    for file in "$folder"/revocation-*.crl; do
        [ -f "$file" ] || continue
        lists=$((lists + 1))
        openssl crl -inform DER -in "$file" >> "$work/store" 2>/dev/null < /dev/null
        openssl crl -inform DER -in "$file" -noout -lastupdate > "$work/dated" 2>/dev/null < /dev/null
        if ! seconds_of 'lastUpdate=' "$work/dated"; then
            fault stamps "$file: no revocation list"
            return 1
        fi
        [ "$moment" -le "$at" ] || at=$moment
    done
    if [ "$lists" -eq 0 ]; then
        if grep -q -e 'CRL Distribution Points' -e 'OCSP - URI' "$work/texts"; then
            skip stamps "$stamp: whether a certificate was revoked: no revocation list is here"
        else
            unlisted=$((unlisted + 1)) # nothing is due, and nothing is known
        fi
        return 0
    fi
    if ! verify_stamp "$stamp" "$note" "$work/store" "$work/between" -data "$at" -crl_check_all; then
        if grep -q 'certificate revoked' "$work/said"; then
            fault stamps "$stamp: a certificate of its chain was revoked"
            return 1
        fi
        skip stamps "$stamp: whether a certificate was revoked$(why)"
    fi
}

begin
last='' unlisted=0
grep '^seal/stamps/' "$work/files" > "$work/inside"
grep '^seal/stamps/\([a-z0-9-]*/\)\{0,1\}[A-Za-z0-9_-]*\.tsr$' "$work/inside" > "$work/stamps"
while IFS= read -r name; do
    one_value stamps "$name"
    case $name in
        *.tsq) [ -f "${name%q}r" ] || fault stamps "$name: a request without its stamp" ;;
        seal/stamps/*/*) [ -f "${name%/*}/stamp.tsr" ] || fault stamps "$name: belongs to no stamp" ;;
    esac
done < "$work/inside"
while IFS= read -r name; do
    case $name in
        seal/stamps/*/*) authority=${name%/*} ;;
        *) authority=${name%.tsr} ;;
    esac
    anchor=tsa-${authority##*/}.pem
    if [ -z "$anchors" ] || [ ! -f "$anchors/$anchor" ]; then anchor=tsa.pem; fi
    if usable stamps "$anchor" verify_stamp; then check_stamp "$name" "$anchors/$anchor"; fi
done < "$work/stamps"
absent=''
find "${anchors:-/nonexistent}" -maxdepth 1 -name 'tsa-*.pem' 2>/dev/null | LC_ALL=C sort > "$work/roots"
while IFS= read -r name; do
    name=${name##*/tsa-}
    name=${name%.pem}
    case $name in '' | *[!A-Za-z0-9_-]*) continue ;; esac
    grep -q -e "^seal/stamps/$name/" -e "^seal/stamps/$name\.tsr\$" "$work/stamps" ||
        absent="$absent; no stamp by $name, whose roots are among the anchors"
done < "$work/roots"
if [ -s "$work/stamps" ]; then
    if [ "$unlisted" -eq 0 ]; then
        unknown=''
    else
        unknown="; revocation not known for $unlisted: the certificates name no list"
    fi
    right stamps "$(count "$work/stamps") stamps: not after $([ -z "$last" ] || shown "$last")$unknown$absent"
else
    right stamps "none; time: own clock only$absent"
fi

# -------------------------------------------------------------- verifiers
begin
if [ -n "$anchors" ] && [ -f "$anchors/verifiers.sha256" ]; then
    {
        printf 'verify.py\nverify.sh\n'
        cut -d ' ' -f 3- "$anchors/verifiers.sha256"
    } | sort -u | comm -12 - "$work/files" > "$work/list"
    while IFS= read -r name; do
        line=$(echo "$name" | digest 256)
        grep -q -F -x "$line" "$anchors/verifiers.sha256" ||
            case $name in
                verify.*) fault verifiers "$name: not the published verifier" ;;
                *) fault verifiers "$name: not the published page" ;;
            esac
    done < "$work/list"
else
    skip verifiers 'no published digests (verifiers.sha256) among the anchors'
fi
right verifiers 'verify.sh and verify.py are the published ones'

conclude
