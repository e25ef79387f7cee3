// The Reference Security Incident Taxonomy (RSIT), version 1003: classes and their types.
export const categories: Record<string, string[]> = {
  "abusive-content": ["spam", "harmful-speech", "violence"],
  "malicious-code": ["infected-system", "c2-server", "malware-distribution", "malware-configuration"],
  "information-gathering": ["scanner", "sniffing", "social-engineering"],
  "intrusion-attempts": ["ids-alert", "brute-force", "exploit"],
  "intrusions": ["privileged-account-compromise", "unprivileged-account-compromise", "application-compromise", "system-compromise", "burglary"],
  "availability": ["dos", "ddos", "misconfiguration", "sabotage", "outage"],
  "information-content-security": ["unauthorised-information-access", "unauthorised-information-modification", "data-loss", "data-leak"],
  "fraud": ["unauthorised-use-of-resources", "copyright", "masquerade", "phishing"],
  "vulnerable": ["weak-crypto", "ddos-amplifier", "potentially-unwanted-accessible", "information-disclosure", "vulnerable-system"],
  "other": ["other", "undetermined"],
  "test": ["test"],
};
