#include "src/core/four_eyes.h"

#include "src/core/duties.h"

namespace noroshi::core {

std::optional<Refusal> refuse_unbound_applicant(const Authority& applicant) {
  if (applicant.person) return std::nullopt;
  return refuse(RefusalCode::four_eyes,
                "このトークンは誰のものか登録されていません。職員等を登録した機関では、申請者と承認者が別の者であること（統一基準 "
                "2.1.1(8)）を確かめるため、本人に結び付けたトークン（noroshi token issue --person ID）で申請してください。",
                "This token is bound to nobody. In a body whose people are registered, who asks and who approves are proven to be two "
                "persons (standard 2.1.1(8)): ask with a token that is bound to you (noroshi token issue --person ID).");
}

std::optional<Refusal> refuse_unbound_eyes(const Authority& applicant, const Authority& approver, bool approved) {
  if (!approver.person)
    return refuse(RefusalCode::four_eyes,
                  "このトークンは誰のものか登録されておらず、申請者と別の者であること（統一基準 2.1.1(8)）を確かめられません。本人に"
                  "結び付けたトークン（noroshi token issue --person ID）で決定してください。",
                  "This token is bound to nobody, so that nothing shows that it is not who asked (standard 2.1.1(8)). Decide with a "
                  "token that is bound to you (noroshi token issue --person ID).");
  if (approved && !applicant.person)
    return refuse(RefusalCode::four_eyes,
                  "申請に使われたトークンは誰のものか登録されておらず、決定者と別の者であること（統一基準 2.1.1(8)）を確かめられません。"
                  "この申請は却下し、本人に結び付けたトークン（noroshi token issue --person ID）で申請し直してください。",
                  "It was asked for with a token that is bound to nobody, so that nothing shows that it was not who decides (standard "
                  "2.1.1(8)). Reject this request and have it asked anew with a token that is bound to a person (noroshi token issue "
                  "--person ID).");
  return std::nullopt;
}

}  // namespace noroshi::core
