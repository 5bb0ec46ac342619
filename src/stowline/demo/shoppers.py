"""Who orders in the demo: made-up people at made-up addresses in real cities, in the scripts they would write."""

from stowline.orders.intake.shape import Address, Customer

# name | name for the e-mail address | street | second line | postcode | city | region | country
_PEOPLE = """
Hannah Vogt|hannah.vogt|Lindenweg 14||04109|Leipzig||DE
Jürgen Groß|juergen.gross|Am Mühlbach 3|Hinterhaus|79098|Freiburg||DE
Miriam Österreicher|miriam.oe|Gumpendorfer Zeile 41|Top 12|1060|Wien||AT
Luc Bérenger|luc.berenger|8 rue des Tanneurs||31000|Toulouse||FR
Élodie Châtelain|elodie.c|27 quai des Brumes|Bât. C|67000|Strasbourg||FR
Giulia Bonfanti|giulia.bonfanti|Via dei Cedri 22||20131|Milano|MI|IT
Iñigo Etxeberria|inigo.e|Calle del Puerto 5|2º izq.|48001|Bilbao||ES
Inês Vasconcelos|ines.v|Rua das Amoreiras 77||4050-021|Porto||PT
Sanne de Wit|sanne.dewit|Korenstraat 9|bis|3512 AB|Utrecht||NL
Pieter Claes|pieter.claes|Molenberg 118|bus 4|2800|Mechelen||BE
Søren Ågaard|soeren.aagaard|Havnegade 12|2. tv.|5000|Odense||DK
Åsa Lindqvist|asa.lindqvist|Björkallén 6||413 18|Göteborg||SE
Eirik Nygård|eirik.nygard|Fjordveien 31||5006|Bergen||NO
Aino Mäkelä|aino.makela|Koivutie 8 B 15||33100|Tampere||FI
Þórdís Jónsdóttir|thordis.j|Hraunbrekka 4||101|Reykjavík||IS
Zofia Wiśniewska|zofia.wisniewska|ul. Jesionowa 19/7||30-059|Kraków||PL
Jiří Dvořáček|jiri.dvoracek|Nad Lomem 2||602 00|Brno||CZ
Eszter Szűcs|eszter.szucs|Nyárfa utca 33.|III/8|6720|Szeged||HU
Ioana Țepeluș|ioana.tepelus|Strada Teiului 10|Ap. 24|400001|Cluj-Napoca||RO
Ελένη Παπακώστα|eleni.papakosta|Οδός Ελαιώνων 15||546 22|Θεσσαλονίκη||GR
Владислава Петренко|vladyslava.p|вул. Каштанова 27|кв. 9|79000|Львів||UA
Elif Yıldızoğlu|elif.yildizoglu|Çınar Sokak 48|Daire 6|35220|İzmir||TR
نور الحداد|nour.alhaddad|شارع الزيتون 12|الطابق 3||عمّان||JO
فاطمة بن يوسف|fatima.benyoussef|شارع الياسمين 5||20000|الدار البيضاء||MA
יעל ברנע|yael.barnea|רחוב הגפן 18|דירה 4|6434229|תל אביב||IL
佐藤 美咲|misaki.sato|中央区桜町3-14-7|201号室|060-0001|札幌市|北海道|JP
김민준|minjun.kim|해운대구 달맞이길 88|1204호|48094|부산광역시||KR
林雅婷|yating.lin|信義區松林路26號|5樓|110|臺北市||TW
王建国|jianguo.wang|浦东新区梧桐路108号|3栋602室|200120|上海市||CN
สมชาย วงศ์สุวรรณ|somchai.w|99/4 ถนนดอกแก้ว||50200|เชียงใหม่||TH
Nguyễn Thị Mai|mai.nguyen|12 đường Hoa Sữa|Phường 4|700000|Thành phố Hồ Chí Minh||VN
Aarav Deshpande|aarav.d|14 Neem Tree Lane|Flat 3B|411004|Pune|Maharashtra|IN
Thandiwe Dlamini|thandiwe.d|6 Protea Close||8001|Cape Town|Western Cape|ZA
Amara Okonkwo|amara.okonkwo|23 Palm Grove Road||100242|Lagos||NG
Mateus Figueiredo|mateus.f|Rua dos Ipês 450|Apto 71|80010-000|Curitiba|PR|BR
Ximena Quiñones|ximena.q|Calle Jacarandas 36|Int. 2|44100|Guadalajara|Jalisco|MX
Harper Lindgren|harper.lindgren|418 Alder Street|Apt 2|97205|Portland|OR|US
Émile Gagnon|emile.gagnon|1250 rue de la Grive||G1R 4P5|Québec|QC|CA
Mia Tūhoe|mia.tuhoe|5 Kōwhai Terrace||6011|Wellington||NZ
Oliver Pemberton|oliver.pemberton|The Old Forge, 2 Mill Lane||DL8 3AB|Leyburn|North Yorkshire|GB
Priya Raghunathan|priya.r|61 Canal Wharf|Flat 14|M4 6BF|Manchester||GB
Catrin ap Rhys|catrin.aprhys|Bryn Glas, Heol y Felin||LL57 2DG|Bangor|Gwynedd|GB
Callum MacAskill|callum.macaskill|9 Harbour Brae||IV51 9DB|Portree|Isle of Skye|GB
Beatrice Fairweather-Holloway|b.fairweather|Cherry Tree Cottage, 118 Lower Church Street|Upper Snodsbury|WR7 4NH|Worcester||GB
Niamh Ó Súilleabháin|niamh.os|17 Hawthorn Row||T12 X7K2|Cork||IE
Siobhán Kearney|siobhan.kearney|3 Strand View||H91 E2F3|Galway||IE
Noémie Favre|noemie.favre|Chemin des Noyers 11||1004|Lausanne|VD|CH
Anselm Ritter|anselm.ritter|Kornhausplatz 2|c/o Werkhof|8004|Zürich||CH
"""
Shopper = tuple[Customer, Address]


def _shopper(row: str) -> Shopper:
    name, mailbox, line1, line2, postcode, city, region, country = row.split("|")
    address = Address(name=name, line1=line1, line2=line2, postcode=postcode, city=city, region=region, country=country)
    return Customer(name=name, email=f"{mailbox}@example.test"), address


SHOPPERS: tuple[Shopper, ...] = tuple(_shopper(row) for row in _PEOPLE.strip().splitlines())
