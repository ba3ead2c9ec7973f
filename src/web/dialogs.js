/** The two dialogs: who acknowledges, and which token to use. */
import { post, setToken } from "./api.js";
import { byId } from "./element.js";

const NAME = "tenfold-name";

/** Asks who acknowledges and why, then does it. `onDone` gets the alert as it is afterwards. */
export function askToAcknowledge(alert, onDone) {
  const dialog = byId("acknowledge");
  const by = byId("acknowledge-by");
  const problem = byId("acknowledge-problem");
  byId("acknowledge-alert").textContent = alert.title;
  byId("acknowledge-comment").value = "";
  by.value = localStorage.getItem(NAME) ?? "";
  problem.hidden = true;
  byId("acknowledge-cancel").onclick = () => dialog.close();
  byId("acknowledge-form").onsubmit = async (event) => {
    event.preventDefault();
    try {
      const body = { by: by.value.trim(), comment: byId("acknowledge-comment").value.trim() };
      const after = await post(`/v1/alerts/${encodeURIComponent(alert.id)}/acknowledge`, body);
      localStorage.setItem(NAME, body.by);
      dialog.close();
      onDone(after);
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
  };
  dialog.showModal();
}

let asking;

/** Resolves when a token was given; several requests that need one share the question. */
export function askForToken() {
  asking ??= new Promise((resolve) => {
    const dialog = byId("sign-in");
    byId("sign-in-form").onsubmit = (event) => {
      event.preventDefault();
      setToken(byId("sign-in-token").value.trim());
      dialog.close();
      asking = undefined;
      resolve();
    };
    // Without a token there is nothing to see, so Escape does not leave the question.
    dialog.oncancel = (event) => event.preventDefault();
    dialog.showModal();
  });
  return asking;
}
