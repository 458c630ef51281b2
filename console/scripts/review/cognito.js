// Sign in with Cognito: password, new password if required, code of an authenticator app if set up.
import { config } from "../config.js";
import { Problem } from "../api.js";

/** Return {tokens}, or {challenge, session, username} if Cognito asks for more. */
export async function signIn(username, password) {
  const answer = await call("InitiateAuth", {
    ...(await client()),
    AuthFlow: "USER_PASSWORD_AUTH",
    AuthParameters: { USERNAME: username, PASSWORD: password },
  });
  return outcome(answer, username);
}

const ANSWER_TO = { NEW_PASSWORD_REQUIRED: "NEW_PASSWORD", SOFTWARE_TOKEN_MFA: "SOFTWARE_TOKEN_MFA_CODE" };

/** Respond to a challenge with the new password or the code. */
export async function respond({ challenge, session, username }, answer) {
  const answered = await call("RespondToAuthChallenge", {
    ...(await client()),
    ChallengeName: challenge,
    Session: session,
    ChallengeResponses: { USERNAME: username, [ANSWER_TO[challenge]]: answer },
  });
  return outcome(answered, username);
}

/** Return new tokens for a refresh token. Throw Problem if it has expired. */
export async function refresh(refreshToken) {
  const answer = await call("InitiateAuth", {
    ...(await client()),
    AuthFlow: "REFRESH_TOKEN_AUTH",
    AuthParameters: { REFRESH_TOKEN: refreshToken },
  });
  return { RefreshToken: refreshToken, ...answer.AuthenticationResult };
}

/** Revoke all refresh tokens of the user, on every device. */
export async function revokeTokens(accessToken) {
  await call("GlobalSignOut", { AccessToken: accessToken });
}

/** Return the claims of an access token, unverified: the page uses them for display only. */
export function claims(token) {
  const part = token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
  const bytes = Uint8Array.from(atob(part), (letter) => letter.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}

function outcome(answer, username) {
  if (answer.AuthenticationResult) return { tokens: answer.AuthenticationResult };
  if (!(answer.ChallengeName in ANSWER_TO)) throw new Problem("sign-in.unknown-challenge");
  return { challenge: answer.ChallengeName, session: answer.Session, username };
}

async function client() {
  return { ClientId: (await config()).client_id };
}

async function call(operation, body) {
  const { sign_in_url: url } = await config();
  let response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": `AWSCognitoIdentityProviderService.${operation}`,
      },
      body: JSON.stringify(body),
      credentials: "omit",
      cache: "no-store",
      referrerPolicy: "no-referrer",
    });
  } catch {
    throw new Problem("offline");
  }
  const text = await response.text();
  const answer = text ? JSON.parse(text) : {};
  if (response.ok) return answer;
  const kind = String(answer.__type ?? "").split("#").pop();
  throw new Problem(KNOWN.has(kind) ? `sign-in.${kind}` : "sign-in.other", response.status);
}

const KNOWN = new Set([
  "CodeMismatchException",
  "ExpiredCodeException",
  "InvalidPasswordException",
  "NotAuthorizedException",
  "PasswordResetRequiredException",
  "TooManyRequestsException",
  "UserNotFoundException",
]);
