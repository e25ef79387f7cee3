// Long passphrases that guessers try first, because many people take them: in lower case, without spaces and punctuation. Short ones are
// refused for their length, repetitions and runs for what they are (passphrase.cpp). Private to src/sign_in.
#pragma once

#include <string_view>

namespace noroshi::sign_in {

// NIST SP 800-63B-4 3.1.1.2: a list of values known to be commonly used.
constexpr std::string_view common_passphrases[] = {
    "adminadminadmin", "administrator", "administratoradministrator", "alwaysandforever", "areyoukiddingme", "changemechangeme",
    "changethispassword", "correcthorsebatterystaple", "correctionhorsebatterystaple", "defaultpassword", "hellohellohello",
    "helpmehelpmehelpme", "ihatepasswords", "iloveyouforever", "iloveyouiloveyou", "iloveyousomuch", "itsasecrettoeverybody",
    "letmeinletmein", "letmeinletmeinletmein", "loremipsumdolorsitamet", "maytheforcebewithyou", "mypasswordisnotpassword",
    "mypasswordispassword", "nevergonnagiveyouup", "noroshinoroshi", "openthepodbaydoorshal", "passwordpassword",
    "passwordpasswordpassword", "qwertyqwertyqwerty", "secretsecretsecret", "supercalifragilisticexpialidocious",
    "thequickbrownfox", "thequickbrownfoxjumpsoverthelazydog", "thisisapassphrase", "thisismypassphrase", "thisismypassword",
    "tobeornottobethatisthequestion", "あいうえおかきくけこさしすせそ", "いろはにほへとちりぬるをわかよたれそ",
    "パスワードパスワードパスワード"};

}  // namespace noroshi::sign_in
