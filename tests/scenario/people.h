// The people of bodies, registered over the interface as a body registers them, and what many clients do at once.
#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <string>

#include "tests/scenario/scene.h"

namespace noroshi::scenario {

class People {
 public:
  explicit People(Daemon& daemon) : daemon_(daemon) {}

  // A person of that body, named to those posts by its CISO; the id.
  std::string named(const std::string& body, const std::string& name, std::initializer_list<const char*> posts) const;
  // Trained until three years from now. `kind` is "csirt" or "cymat".
  void trained(const std::string& body, const std::string& person, const std::string& kind) const;
  // The desk of that person: a new token that is bound to him.
  Desk desk(const std::string& body, const std::string& role, const std::string& person,
            const std::string& name) const;
  // A desk of nobody in particular.
  Desk desk(const std::string& body, const std::string& role) const { return {body, role, body + " " + role, daemon_}; }

 private:
  Daemon& daemon_;
};

// The reply, which has to be 201.
Reply accepted(Reply reply);

// What each of twenty clients is told who do it at once, each over a connection of its own: "201" for who wins, else the code
// of the refusal. Whoever loses is told why: a problem document 409 with its code, a title and a sentence.
using Told = std::map<std::string, int>;
Told at_once(const std::function<Reply(int)>& act);

}  // namespace noroshi::scenario
