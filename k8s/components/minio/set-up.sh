#!/bin/sh
# The bucket, and a user who may work in it and nowhere else. Run at each start of the pod: what is there stays.
set -eu
trap 'exit 0' TERM

attempt=0
# On standard input, as no other process sees a secret there, and one that begins with "-" is no option.
until printf '%s\n%s\n' "$MINIO_ROOT_USER" "$MINIO_ROOT_PASSWORD" |
  mc alias set local http://127.0.0.1:9000 >/tmp/answer 2>&1; do
  attempt=$((attempt + 1))
  [ "$attempt" -lt 120 ] || { cat /tmp/answer; exit 1; }
  sleep 1
done
mc mb --ignore-existing local/fairlead
mc admin policy create local fairlead /etc/minio-set-up/policy.json
printf '%s\n%s\n' "$S3_ACCESS_KEY_ID" "$S3_SECRET_ACCESS_KEY" | mc admin user add local
# Attaching what is attached counts as an error. The image has a shell, and no grep.
case $(mc admin user info local "$S3_ACCESS_KEY_ID") in
  *"PolicyName: fairlead"*) ;;
  *) mc admin policy attach local fairlead --user "$S3_ACCESS_KEY_ID" ;;
esac

touch /tmp/done
echo "bucket and user are there"
while :; do
  sleep 3600 &
  wait $!
done
