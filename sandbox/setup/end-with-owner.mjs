// Preloaded into a program of the sandbox: it ends when the process that it works for has gone without a word.
const owner = Number(process.env.SANDBOX_OWNER_PID ?? 0);

if (owner > 0) {
  setInterval(() => {
    try {
      process.kill(owner, 0);
    } catch (error) {
      if (error.code === 'ESRCH') process.kill(process.pid, 'SIGTERM');
    }
  }, 1000).unref();
}
