// Who is gone: has left his body, or the posts that let him respond to incidents or be of a team of CYMAT; and what that means for
// the cases he works on and the tokens he holds (standard 2.1.1(7)).
#pragma once

#include <array>
#include <map>
#include <optional>
#include <span>
#include <string_view>

#include "src/core/decide.h"
#include "src/core/response.h"

namespace noroshi::core {

// Who responds to incidents (2.1.1(7)(b)), and who may be of a team of CYMAT (2.1.1(7)(d)).
inline constexpr std::array csirt_posts = {Post::csirt_head, Post::csirt_coordinator, Post::external_contact, Post::csirt_member};
inline constexpr std::array cymat_posts = {Post::cymat_member};

// Which posts go with the role of a token that is bound to a person: with the last of them that he held, the token is of no use
// any more. None: the role goes with no post.
std::span<const Post> posts_of(Role role);

// Since when the person, who held one of those posts, is not there any more or holds none of them; nothing: he holds one, or
// never held any.
std::optional<Timestamp> gone_since(const Staff& staff, PersonId person, std::span<const Post> posts, Timestamp at);

// Of those who were asked to respond to a case, or respond, and of those in its teams: who is gone, and since when.
struct Departures {
  std::map<PersonId, Timestamp> from_csirt;
  std::map<PersonId, Timestamp> from_cymat;
};

// What the staffs say now of who responds to the incident and who is of a team there: departures, and until when heads of responses
// who are there are on duty.
void look_at_staffs(const Incident& known, const ResponseContext& context, Timestamp now, Listeners& listeners,
                    Departures& departures);

// As decide_ring() of decide.h, and: who is gone is released from the response and loses his seat in a team, of which the centre is
// told. Who leads stays in the record until another takes over, and the alarm head_gone rises within his body, from when he went.
Decision decide_ring(const Law& law, const Incident& known, const Listeners& listeners, const Departures& departures,
                     Moment moment);

namespace alarm_codes {
inline constexpr std::string_view head_gone = "head_gone";  // who leads the response has left the body, or its CSIRT
}

}  // namespace noroshi::core
