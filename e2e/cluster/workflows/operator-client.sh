#!/usr/bin/env bash
# A compute-to-data client: curl, and a signature. FAIRLEAD is the address, KEY the provider's, OWNER whose jobs they are.
# Each command prints the answer in one line, and its HTTP status in the next.
set -euo pipefail

operator=$FAIRLEAD/api/v1/operator
signer=$(dirname "$0")/../../../dev/src/commands/sign-operator-request.ts

sign() { node "$signer" "$KEY" "$OWNER" "$@"; }
ask() { curl -sS -w '\n%{http_code}\n' "$@"; }
# What a signed request has beside its nonce and signature.
named() { printf '%s' "owner=$OWNER&jobId=$1"; }

case $1 in
environments) ask "$operator/environments?chainId=1" ;;
# start AGREEMENT ALGORITHM DATASET
start)
  signed=$(sign)
  nonce=${signed#nonce=} nonce=${nonce%%&*} signature=${signed##*=}
  ask -X POST "$operator/compute" -H 'content-type: application/json' --data-binary @- <<END
{
  "owner": "$OWNER", "agreementId": "$2", "environment": "small",
  "nonce": $nonce, "providerSignature": "$signature",
  "workflow": {"stages": [{
    "index": 0, "input": [{"id": "$4", "index": 0}],
    "compute": {"Instances": 1, "maxtime": 180}, "algorithm": {"id": "$3"}
  }]}
}
END
  ;;
# status JOB, without a signature
status) ask "$operator/compute?$(named "$2")" ;;
# signed METHOD JOB
signed) ask -X "$2" "$operator/compute?$(named "$3")&$(sign "$3")" ;;
# replayed JOB: the same request twice
replayed)
  request="$operator/compute?$(named "$2")&$(sign "$2")"
  ask "$request" >/dev/null
  ask "$request"
  ;;
# edited JOB: signed for one owner, sent for another
edited) ask "$operator/compute?owner=0xother&jobId=$2&$(sign "$2")" ;;
running) ask "$operator/runningjobs?owner=$OWNER&$(sign)" ;;
# result JOB INDEX FILE
result) curl -sS -o "$4" -w '%{content_type}\n%{http_code}\n' "$operator/getResult?$(named "$2")&index=$3&$(sign "$2")" ;;
esac
