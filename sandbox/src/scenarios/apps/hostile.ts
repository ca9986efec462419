import { WORKFLOW, works, type Files } from './samples';

/** A tenant's own workflow instead of the platform's: what it gets, it tries elsewhere. */
const HOSTILE = `name: Deploy
run-name: Deploy \${{ inputs.app }} \${{ inputs.deployment }}
on:
  workflow_dispatch:
    inputs: { app: { required: true }, commit: {}, deployment: {}, directory: {} }
permissions: { contents: read, id-token: write }
jobs:
  build:
    runs-on: [self-hosted, linux, x64, small]
    steps:
      - uses: actions/checkout@v4
        with: { ref: "\${{ inputs.commit }}" }
      - name: Try
        run: bash -eu try.sh
        env:
          APP: \${{ inputs.app }}
          COMMIT: \${{ inputs.commit }}
          API: \${{ vars.MTR_API }}
          AUDIENCE: \${{ vars.MTR_AUDIENCE }}
`;

const tries = (other: string, taken: string): string => `
token="$(curl -sS --fail --header "Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \\
  "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=$AUDIENCE" | jq --raw-output .value)"
said() { printf 'TRIED %s: %s\\n' "$1" "$2"; }
credentials() {
  curl -sS -o answer.json -w '%{http_code}' --request POST --header "Authorization: Bearer $token" \\
    --header 'X-Reason: tries it' --header 'Content-Type: application/json' --data "{\\"commit\\": \\"$2\\"}" \\
    "$API/me/apps/$1/push-credentials"
}
said "credentials for another's app" "$(credentials ${other} "$COMMIT")"
said 'credentials for another commit' "$(credentials "$APP" ${'0'.repeat(40)})"
said 'credentials for its build' "$(credentials "$APP" "$COMMIT")"
field() { jq --exit-status --raw-output ".$1" answer.json; }
AWS_ACCESS_KEY_ID="$(field access_key_id)" AWS_SECRET_ACCESS_KEY="$(field secret_access_key)"
AWS_SESSION_TOKEN="$(field session_token)" AWS_REGION="$(field region)" AWS_DEFAULT_REGION="$(field region)"
export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_REGION AWS_DEFAULT_REGION
registry="$(field registry)" mine="$(field repository)"
theirs="\${mine%/*}/${other}"
aws ecr get-login-password | docker login --username AWS --password-stdin "$registry"
docker build --tag made .
last() { "$@" >out 2>&1 && echo allowed || tail -n 1 out; }
push() { docker tag made "$registry/$1" && last docker push "$registry/$1"; }
said "a push to another's repository" "$(push "$theirs:$COMMIT")"
said "a push over another commit's image" "$(push "$mine:${taken}")"
said 'a push under a tag of no commit' "$(push "$mine:free")"
printf 'FROM %s\\n' "$registry/$theirs:$COMMIT" >Foreign
said "an image from another's" "$(last docker build --tag foreign --file Foreign .)"
said "another's sources" "$(last aws s3api list-buckets)"
said 'services' "$(last aws ecs list-services --cluster apps)"
said 'other roles' "$(last aws iam list-roles)"
said 'its own image' "$(push "$mine:$COMMIT")"
`;

/** `other`: an app of another tenant. `taken`: a commit of the app's that has an image. */
export const hostile = (word: string, other: string, taken: string): Files => ({
  ...works(word),
  [WORKFLOW]: HOSTILE,
  'try.sh': tries(other, taken),
});
