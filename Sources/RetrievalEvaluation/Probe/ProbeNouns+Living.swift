/// The nouns of the probe's word list, in the form that `ProbeLexicon` reads.
enum ProbeNouns {
    /// People and animals.
    static let living = """
        # person: with, beside, next to, near
        -person/people human individual someone/ somebody/ everyone/ others/ crowd group couple family friend \
        audience pedestrian passerby/passersby onlooker spectator bystander model team worker owner | hand* arm* leg* \
        face* finger* dressed wear* shirt* hair* walked leash* smil* himself herself they
          -adult elder
            man/men guy gentleman/gentlemen male dude fellow husband father dad grandfather groom lad | he his him \
        boy teenager ROLE
            woman/women lady female wife mother mom grandmother bride lass | she her girl teenager ROLE
          -teenager teen youth
          child/children kid youngster | teenager ROLE
            boy son brother | he his him teenager man baby ROLE
            girl daughter sister | she her teenager woman baby ROLE
            baby infant newborn toddler | child boy girl
          -ROLE player goalie catcher pitcher batter quarterback referee umpire coach athlete teammate opponent racer \
        runner jogger swimmer diver climber hiker jumper wrestler boxer fighter fencer gymnast fan biker rider driver \
        passenger traveler tourist camper hunter fisherman/fishermen farmer gardener vendor shopper customer waiter \
        waitress cook chef baker artist painter performer entertainer actor singer drummer guitarist dj speaker \
        photographer student teacher graduate scout kayaker rower paddler sailor skater rollerblader snowmobiler \
        competitor contestant participant dancer acrobat juggler protester reporter guard parent cheerleader \
        tennis_player soccer_player football_player basketball_player baseball_player hockey_player kite_surfer \
        parasailer
            surfer | surf* wave* board* wakeboard*
            skier | ski* snow* slope
            snowboarder | snowboard* snow* ski* slope
            skateboarder | skat* board* ramp trick*
            cyclist bicyclist | cycl* bicycl* bik* bmx rid* wheel*
            motorcyclist | motor* bik* rid* moto* helmet
            cowboy | rodeo horse bull hat western
            clown | costume* makeup mask* paint* wig
            policeman/policemen police_officer officer cop | uniform* police guard
            firefighter fireman/firemen | fire* uniform* helmet
            soldier | military uniform* army camouflage gun*
            musician | music* band concert guitar* instrument* drum* violin* sing* perform* play* stage

        # animal: with, beside, next to, near
        -animal creature pet beast wildlife livestock herd pack | paw* tail* snout*
          dog puppy doggy doggie canine hound greyhound terrier poodle retriever golden_retriever labrador lab \
        shepherd german_shepherd collie border_collie bulldog pitbull pit_bull husky beagle dalmatian dalmation \
        doberman corgi boxer chihuahua dachshund rottweiler spaniel pug mutt mastiff schnauzer sheepdog \
        boston_terrier | bark* leash* collar* fetch* muzzle* greyhound* furry fluffy
          cat kitten kitty feline tabby | whisker* furry fluffy
          horse pony foal stallion colt mare | gallop* saddle* rodeo jockey* equestrian polo ride* riding carriage \
        bronco hooves donkey
          donkey mule | horse
          cow/cows cattle/ calf/calves bull ox/oxen steer | rodeo farm pasture horn*
          sheep/sheep lamb ram | wool* herd* goat
          goat | sheep horn* herd*
          pig hog piglet boar
          camel | hump*
          elephant | trunk tusk*
          giraffe | zoo
          zebra | zoo
          lion | zoo
          tiger | zoo
          bear polar_bear | stuffed teddy
          monkey ape chimpanzee gorilla
          deer/deer elk/ moose/ antelope reindeer/ | antler*
          rabbit bunny hare
          squirrel chipmunk
          fox/foxes wolf/wolves coyote
          mouse/mice rat hamster
          turtle tortoise
          snake lizard
          frog toad
          fish/fish goldfish/goldfish shark salmon/ trout/ | aquarium fish* underwater
          dolphin whale seal
          bird flock | fly* flies flew wing* feather* beak*
            duck duckling mallard | goose swan
            goose/geese | duck swan
            swan | duck goose
            seagull gull | pigeon
            pigeon dove | seagull
            parrot
            eagle bald_eagle hawk owl falcon
            chicken rooster hen turkey
            penguin
          butterfly bee moth insect dragonfly ladybug
        """
}
