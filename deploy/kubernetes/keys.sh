#!/usr/bin/env bash
# Makes the keys of the stack once, and hands each service its own as a secret. Needs `natter` and `kubectl`.
#
#   deploy/kubernetes/keys.sh FOLDER    the keys are kept in FOLDER: back it up, and keep it to yourself
set -euo pipefail

folder=${1:?"usage: $0 FOLDER"}
natter init "$folder"
for of in nats gateway turn stt llm tts operator; do
  kubectl -n natter create secret generic "natter-$of" --from-file="$folder/$of" --dry-run=client -o yaml |
    kubectl apply -f -
done
